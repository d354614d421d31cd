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
    /// Points: on [−120, 120]; GELU in pieces of 1/4 up to |x| about 5, SiLU of 1/8 up to 5 and of 1 beyond.
    /// Tables: on [−62.5, 63]; fine on [−8, 8) (SiLU 128 pieces of 1/8, GELU 64 of 1/4), coarse pieces beyond |x| about 5 to 6.5.
    /// </summary>
    public static SplineFunction Activation(ScalarFunction function, int inputBits, int outputBits, int degree, int parties)
    {
        double F(double x) => function.Evaluate(x);
        var curve = SplineNest.Planes(degree, outputBits);
        if (parties > 2)
            return function == ScalarFunction.Silu
                ? new("silu", outputBits, [
                    Table(F, -8, -3, 7, inputBits, curve),
                    Table(F, -63.5, 0, 7, inputBits, SplineNest.Planes(Math.Min(degree, 2), outputBits)) with { InnerFirst = 57, InnerLast = 70 }])
                : new("gelu", outputBits, [
                    Table(F, -8, -2, 6, inputBits, curve),
                    Table(F, -63, 1, 6, inputBits, SplineNest.Planes(1, outputBits)) with { InnerFirst = 29, InnerLast = 34 }]);
        return function == ScalarFunction.Silu
            ? new SplineNest(inputBits, -128, 4, 4, Line, Straight(4))
                .Refine(-16, 16, 0, F, SplineNest.Planes(Math.Min(degree, 3), outputBits))
                .Refine(-5, 5, -3, F, curve)
                .Function("silu", outputBits)
            : new SplineNest(inputBits, -120, 4, 4, Line, Straight(4))
                .Refine(-8, 8, 1, Line, Straight(1))
                .Refine(-5, 5, -2, F, curve)
                .Function("gelu", outputBits);
    }

    /// <summary>
    /// exp up to <paramref name="high"/>, zero below about −12. Points: down to high − 480, pieces of 1/8 from −1.5 on and of 1/4 below. Tables: down to −251, for
    /// high = 0.875, 128 pieces of 1/8.
    /// </summary>
    public static SplineFunction Exponential(int inputBits, int outputBits, int degree, int parties, double high = 0.875)
    {
        var curve = SplineNest.Planes(degree, outputBits);
        if (parties > 2)
        {
            var shift = Math.Ceiling(high - 0.875);
            return new("exp", outputBits, [
                Table(Math.Exp, -15 + shift, -3, 7, inputBits, curve),
                Table(_ => 0, -251 + shift, 2, 6, inputBits, SplineNest.Planes(0, outputBits)) with { InnerFirst = 60, InnerLast = 63 }]);
        }
        return new SplineNest(inputBits, high - 480, 5, 4)
            .Refine(-12, high, 2)
            .Refine(-12, high, 0)
            .Refine(-12, high, -2, Math.Exp, curve)
            .Refine(-1.5, high, -3, Math.Exp, curve)
            .Function("exp", outputBits);
    }

    /// <summary>Levels that tables need for sums of up to 2·positions.</summary>
    public static int ReciprocalLevels(int positions)
    {
        var levels = 1;
        for (var cover = 15.0; cover < 2.0 * positions + 4; cover *= 16) levels++;
        return levels;
    }

    /// <summary>
    /// 1/x from 0.5 to 15·16^(levels − 1). Tables: 512 pieces of 1/32 on [0, 16), then 16 times as wide at each level. Points: pieces of 1/32 on [0.5, 4), then
    /// of about x/28 to x/14. Result at f + 24 bits.
    /// </summary>
    public static SplineFunction Reciprocal(int f, int degree, int levels, int parties)
    {
        static double F(double x) => 1 / Math.Max(x, 0.25);
        var curve = SplineNest.Planes(degree, f + 24);
        if (parties > 2)
            return new("reciprocal", f + 24, [..
                Enumerable.Range(0, levels).Select(l =>
                    Table(F, 0, 4 * l - 5, 9, f, curve) with { InnerFirst = 0, InnerLast = l == 0 ? -1 : 30 })]);
        // From the coarsest down: pieces of 2^(4·levels − 6), each level's an eighth as wide as the one's before, 1/32 at last.
        var width = 4 * levels - 5;
        while ((width + 5) % 3 != 0) width--;
        var nest = new SplineNest(f, 0, width, 4 * levels - width, F, curve);
        for (; width > -5; width -= 3) nest.Refine(0, Math.ScaleB(14, width), width - 3, F, curve);
        return nest.Function("reciprocal", f + 24);
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
                Enumerable.Range(0, 5).Select(l => Table(F, 0, 15 + 6 * l, 10, 0, curve) with { InnerFirst = 0, InnerLast = l == 0 ? -1 : 14 })]);
        var nest = new SplineNest(0, 0, 39, 10, F, curve);
        for (var width = 39; width > 15; width -= 4) nest.Refine(0, Math.ScaleB(14, width), width - 4, F, curve);
        return nest.Function("inverse root", InverseRootOutputBits);
    }

    /// <summary>What GELU and SiLU are far from zero.</summary>
    private static double Line(double x) => Math.Max(x, 0);

    /// <summary>For slopes 0 and 1, whose coefficients need no rounding: the place to 2^−14 of an input unit.</summary>
    private static SplinePlane[] Straight(int logWidth) => [new(0, 0), new(1, logWidth + 14)];

    /// <summary>A table of 2^m pieces of width 2^logWidth from <paramref name="low"/> on, for inputs with f fraction bits, fitted on both sides of each left edge.</summary>
    internal static SplineLevel Table(Func<double, double> function, double low, int logWidth, int m, int f, IReadOnlyList<SplinePlane> planes) =>
        new((long)Math.ScaleB(low, f), f + logWidth, 1 << m, planes, SplineNest.Fit(function, low, logWidth, 1 << m, planes, 1));
}
