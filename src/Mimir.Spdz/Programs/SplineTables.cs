using Mimir.Models.Transformers;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>
/// The splines of a transformer. A level's inner range is chosen so that, whichever of its two possible indices a value gets, the
/// finer level covers it; tests sweep every domain. With two parties each function is a <see cref="SplineNest"/> of point functions, otherwise tables of
/// powers of two.
/// </summary>
public static class SplineTables
{
    /// <summary>
    /// GELU, SiLU. Beyond |x| = 8 (SiLU 16) both are straight lines to 2e-6.
    /// Points: on [−120, 120]; GELU in pieces of 1/4 up to |x| = 4 (6 above degree 2), at degree 2 quartics in pieces of 1; SiLU of 1/8 up to 5, at degree 2 cubics of 1/4, and
    /// of 1 beyond.
    /// Tables: on [−62.5, 63]; fine on [−8, 8) (SiLU 128 pieces of 1/8, GELU 64 of 1/4), coarse pieces beyond |x| about 5 to 6.5.
    /// </summary>
    public static SplineFunction Activation(ScalarFunction function, int inputBits, int outputBits, int degree, int parties)
    {
        double F(double x) => function.Evaluate(x);
        var curve = SplineNest.Planes(degree, outputBits);
        // |gelu(x) − max(x, 0)| is 1.3e-4 at 4 and 1e-8 at 6.
        var reach = degree <= 2 ? 4 : 6;
        if (parties > 2)
            return function == ScalarFunction.Silu
                ? new("silu", outputBits, [
                    Table(F, -8, -3, 7, inputBits, curve),
                    Table(F, -63.5, 0, 7, inputBits, SplineNest.Planes(Math.Min(degree, 2), outputBits)) with { InnerFirst = 57, InnerLast = 70 }])
                : new("gelu", outputBits, [
                    Table(F, -8, -2, 6, inputBits, curve),
                    Table(F, -63, 1, 6, inputBits, SplineNest.Planes(1, outputBits)) with { InnerFirst = 29, InnerLast = 34 }]);
        // Cubics in pieces twice as wide are as exact as parabolas, quartics in pieces four times as wide, with fewer nodes to grow.
        var wide = degree == 2 ? 1 : 0;
        return function == ScalarFunction.Silu
            ? new SplineNest(inputBits, -128, 4, 4, Line)
                .Refine(-16, 16, 0, F, SplineNest.Planes(Math.Min(degree, 3), outputBits))
                .Refine(-5, 5, wide - 3, F, SplineNest.Planes(degree + wide, outputBits))
                .Function("silu", outputBits)
            : (degree == 2
                ? new SplineNest(inputBits, -120, 4, 4, Line).Refine(-reach, reach, 0, F, Quartic(outputBits), 16)
                : new SplineNest(inputBits, -120, 4, 4, Line).Refine(-8, 8, 1).Refine(-reach, reach, -2, F, curve)).Function("gelu", outputBits);
    }

    /// <summary>Fraction bits of <see cref="InverseRoot"/>'s result.</summary>
    public const int InverseRootOutputBits = 34;

    /// <summary>
    /// 1/sqrt(S/k + ε) of S = Σx² ∈ [0, 2^49) units. Tables: 5 levels of 1,024 pieces, each 64 times as wide as the one before. Points: 7 levels, pieces of
    /// S/128 to S/8.
    /// </summary>
    public static SplineFunction InverseRoot(int k, double epsilon, int squareBits, int degree, int parties)
    {
        var unit = Math.ScaleB(1, -2 * squareBits);
        double F(double s) => 1 / Math.Sqrt(Math.Max(s, 0) * unit / k + epsilon);
        var curve = SplineNest.Planes(degree, InverseRootOutputBits);
        if (parties > 2)
            return new("inverse root", InverseRootOutputBits, [..
                Enumerable.Range(0, 5).Select(l => Table(F, 0, 15 + 6 * l, 10, 0, curve, 1) with { InnerFirst = 0, InnerLast = l == 0 ? -1 : 14 })]);
        var nest = new SplineNest(0, 0, 39, 10, F, curve);
        for (var width = 39; width > 15; width -= 4) nest.Refine(0, Math.ScaleB(14, width), width - 4, F, curve);
        return nest.Function("inverse root", InverseRootOutputBits);
    }

    /// <summary>
    /// c·tanh(x/c), u the power of two at or below c. Points: from −32u to 28u (or what fits at 2f = 40 bits); cubics (at degree 2) in pieces of u/4 up to 4u and of u/2 up
    /// to 12u, then ±c. Tables: on ±32u, pieces of u/4 up to about 7u, then of u/2. One degree more than `cheby.deg`, as softmax's splines.
    /// </summary>
    public static SplineFunction Cap(double cap, int inputBits, int outputBits, int degree, int parties)
    {
        double F(double x) => ScalarFunctions.Cap(x, cap);
        var logUnit = Math.ILogB(cap);
        var unit = Math.ScaleB(1, logUnit);
        IReadOnlyList<SplinePlane> curve = [new(0, 0), new(1, 18), .. Enumerable.Range(2, degree).Select(power => new SplinePlane(power, 15))];
        if (parties > 2)
            return new("cap", outputBits, [
                Table(F, -8 * unit, logUnit - 2, 6, inputBits, curve),
                Table(F, -32 * unit, logUnit - 1, 7, inputBits, curve) with { InnerFirst = 50, InnerLast = 78 }]);
        var pieces = Math.Clamp(48 - inputBits - (logUnit + 2), 2, 4);
        var reach = Math.Min(12, 4 * ((1 << (pieces - 1)) - 1));
        return new SplineNest(inputBits, -(4 << (pieces - 1)) * unit, logUnit + 2, pieces, F, [new(0, 0)])
            .Refine(-reach * unit, reach * unit, logUnit - 1, F, curve)
            .Refine(-Math.Min(4, reach - 1) * unit, Math.Min(4, reach - 1) * unit, logUnit - 2, F, curve)
            .Function("cap", outputBits);
    }

    /// <summary>For pieces of 1; with results of f + 4 bits where the error of rounding a coefficient and that of rounding a number meet.</summary>
    private static IReadOnlyList<SplinePlane> Quartic(int outputBits) => outputBits > 30
        ? [new(0, 0), new(1, 16), new(2, 15), new(3, 14), new(4, 13)]
        : [new(0, 0), new(1, 14), new(1, 7), new(2, 13), new(2, 7), new(3, 11), new(4, 12)];

    /// <summary>What GELU and SiLU are far from zero.</summary>
    private static double Line(double x) => Math.Max(x, 0);

    /// <summary>A table of 2^m pieces of width 2^logWidth from <paramref name="low"/> on, for inputs with f fraction bits.</summary>
    internal static SplineLevel Table(
        Func<double, double> function, double low, int logWidth, int m, int f, IReadOnlyList<SplinePlane> planes, int cells = SplineNest.Cells) =>
        new((long)Math.ScaleB(low, f), f + logWidth, 1 << m, planes, SplineNest.Fit(function, low, logWidth, 1 << m, planes, cells));
}
