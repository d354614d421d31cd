using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>
/// Bins and splines of <see cref="Softmax"/>. Scores enter at 2f bits, relative to the first of their row; so do the logarithms. Errors:
/// docs/accuracy.md; tests sweep every domain.
/// </summary>
public static class SoftmaxTables
{
    /// <summary>Relative scores lie in [−128, 126).</summary>
    public const int RangeBits = 7;

    /// <summary>A bin spans 2.</summary>
    public const int BinBits = 1;

    /// <summary>Bins from 0 up.</summary>
    public const int UpperBins = 1 << (RangeBits - BinBits);

    /// <summary>128 bins of width 2 on [−128, 128).</summary>
    public static BinShape Bins(int f) => new(-1L << (2 * f + RangeBits), 2 * f + BinBits, RangeBits - BinBits + 1);

    /// <summary>
    /// exp on (−∞, 0.75), for sums, of one degree more because pieces of 1/4 are wide. Tables: 128 pieces on [−31, 1), zero below −23 to −31. Points: pieces
    /// down to −24, zero below.
    /// </summary>
    public static SplineFunction ExponentialSum(int f, int degree, int outputBits, int parties)
    {
        var curve = SplineNest.Planes(degree + 1, outputBits);
        if (parties > 2)
            return new("exp for sums", outputBits, [
                SplineTables.Table(Math.Exp, -31, -2, 7, 2 * f, curve),
                SplineTables.Table(_ => 0, -503, 3, 6, 2 * f, SplineNest.Planes(0, outputBits)) with { InnerFirst = 60, InnerLast = 63 }]);
        return new SplineNest(2 * f, -480, 5, 4)
            .Refine(-24, 0.75, 2)
            .Refine(-24, 0.75, -2, Math.Exp, curve)
            .Function("exp for sums", outputBits);
    }

    /// <summary>exp on (−∞, 0.875), for weights: zero below −11 to −15.</summary>
    public static SplineFunction Exponential(int f, int degree, int outputBits, int parties)
    {
        if (parties == 2) return SplineTables.Exponential(2 * f, outputBits, degree, parties);
        return new("exp", outputBits, [
            SplineTables.Table(Math.Exp, -15, -3, 7, 2 * f, SplineNest.Planes(degree, outputBits)),
            SplineTables.Table(_ => 0, -507, 2, 7, 2 * f, SplineNest.Planes(0, outputBits)) with { InnerFirst = 124, InnerLast = 127 }]);
    }

    /// <summary>Levels of <see cref="Logarithm"/> for sums of up to <paramref name="positions"/> exponentials.</summary>
    public static int LogarithmLevels(int positions)
    {
        var levels = 1;
        for (var cover = 480.0 / 1024; cover < positions + 1; cover *= 32) levels++;
        return levels;
    }

    /// <summary>
    /// ln x from 0.015 on, of one degree more; result at 2f bits. Tables: 512 pieces of 2^−10 on [0, 1/2), then 32 times as wide at each level. Points: pieces of
    /// x/112 to x/14, 2^−10 at least.
    /// </summary>
    public static SplineFunction Logarithm(int f, int degree, int inputBits, int levels, int parties)
    {
        static double F(double x) => Math.Log(Math.Max(x, 1.0 / 1024));
        var curve = SplineNest.Planes(degree + 1, 2 * f);
        if (parties > 2)
            return new("logarithm", 2 * f, [..
                Enumerable.Range(0, levels).Select(l =>
                    SplineTables.Table(F, 0, 5 * l - 10, 9, inputBits, curve) with { InnerFirst = 0, InnerLast = l == 0 ? -1 : 14 })]);
        var (top, width) = (5 * levels - 6, 5 * levels - 10);
        while ((width + 10) % 3 != 0) width--;
        var nest = new SplineNest(inputBits, 0, width, top - width, F, curve);
        for (; width > -10; width -= 3) nest.Refine(0, Math.ScaleB(14, width), width - 3, F, curve);
        return nest.Function("logarithm", 2 * f);
    }
}
