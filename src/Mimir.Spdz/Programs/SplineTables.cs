using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>
/// The splines of a transformer. A level's inner range is chosen so that, whichever of its two possible indices a value gets, the
/// finer level covers it, its guard segment excluded; tests sweep every domain.
/// </summary>
public static class SplineTables
{
    /// <summary>
    /// GELU, SiLU on [−64, 64): fine on [−8, 8) (SiLU 128 pieces of 1/8, GELU 64 of 1/4), coarse pieces beyond |x| about 5 to 6.5, where both
    /// functions are all but straight lines.
    /// </summary>
    public static SplineFunction Activation(ScalarFunction function, int f, int degree)
    {
        double F(double x) => function.Evaluate(x);
        return function == ScalarFunction.Silu
            ? new("silu", f + 16, [
                Level(F, -8, -3, 7, f, degree),
                Level(F, -63.5, 0, 7, f, Math.Min(degree, 2)) with { InnerFirst = 57, InnerLast = 70 }])
            : new("gelu", f + 16, [
                Level(F, -8, -2, 6, f, degree),
                Level(F, -63, 1, 6, f, 1) with { InnerFirst = 29, InnerLast = 34 }]);
    }

    /// <summary>exp on (−∞, 0.875): 128 pieces of 1/8 on [−15, 1), zero below about −11 to −15.</summary>
    public static SplineFunction Exponential(int f, int degree) => new("exp", f + 16, [
        Level(Math.Exp, -15, -3, 7, f, degree),
        Level(_ => 0, -251, 2, 6, f, 0) with { InnerFirst = 60, InnerLast = 63 }]);

    /// <summary>Levels needed for sums of up to 2·positions.</summary>
    public static int ReciprocalLevels(int positions)
    {
        var levels = 1;
        for (var cover = 15.0; cover < 2.0 * positions + 4; cover *= 16) levels++;
        return levels;
    }

    /// <summary>1/x from 0.5 on: 512 pieces of 1/32 on [0, 16), then 16 times as wide at each level. Result at f + 24 bits.</summary>
    public static SplineFunction Reciprocal(int f, int degree, int levels) => new("reciprocal", f + 24, [..
        Enumerable.Range(0, levels).Select(l =>
            Level(x => 1 / Math.Max(x, 0.25), 0, 4 * l - 5, 9, f, degree, 12) with { InnerFirst = 0, InnerLast = l == 0 ? -1 : 30 })]);

    /// <summary>Fraction bits of <see cref="InverseRoot"/>'s result.</summary>
    public const int InverseRootOutputBits = 34;

    /// <summary>
    /// 1/sqrt(S/k + ε) of S = Σx² ∈ [0, 2^49) units: 5 levels of 1,024 pieces, each 64 times as wide as the one before.
    /// </summary>
    public static SplineFunction InverseRoot(int k, double epsilon, int squareBits, int degree)
    {
        var unit = Math.ScaleB(1, -2 * squareBits);
        double F(double s) => 1 / Math.Sqrt(Math.Max(s, 0) * unit / k + epsilon);
        return new("inverse root", InverseRootOutputBits, [..
            Enumerable.Range(0, 5).Select(l => Level(F, 0, 15 + 6 * l, 10, 0, degree, 10) with { InnerFirst = 0, InnerLast = l == 0 ? -1 : 14 })]);
    }

    /// <summary>2^m pieces of width 2^logWidth from <paramref name="low"/> on, for inputs with f fraction bits.</summary>
    private static SplineLevel Level(Func<double, double> function, double low, int logWidth, int m, int f, int degree, int offsetBits = 13)
    {
        var widthBits = f + logWidth;
        return new SplineLevel(
            (long)Math.ScaleB(low, f), widthBits, m, Math.Min(offsetBits, widthBits),
            ChebyshevFit.Segments(function, low, Math.ScaleB(1, logWidth), 1 << m, degree));
    }
}
