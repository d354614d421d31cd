using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>
/// Bins and splines of <see cref="Softmax"/>. Scores enter at 2f bits, relative to the first of their row; so do the logarithms. All splines are of one degree
/// more than `cheby.deg` (or two), in wider pieces: fewer numbers dealt and fewer nodes grown. Errors: docs/accuracy.md; tests sweep every domain.
/// </summary>
public static class SoftmaxTables
{
    /// <summary>Relative scores lie in [−128, 126).</summary>
    public const int RangeBits = 7;

    /// <summary>A bin spans 2.</summary>
    public const int BinBits = 1;

    /// <summary>Bins from 0 up.</summary>
    public const int UpperBins = 1 << (RangeBits - BinBits);

    private const int FinestLogarithmPiece = -9;

    /// <summary>128 bins of width 2 on [−128, 128).</summary>
    public static BinShape Bins(int f) => new(-1L << (2 * f + RangeBits), 2 * f + BinBits, RangeBits - BinBits + 1);

    /// <summary>
    /// exp on (−∞, 0.25), for sums, in pieces of 1/2. Points: zero below about −24, down to −479. Tables: 64 pieces on [−31, 1), of one degree more because
    /// they are fitted on both sides of an edge, zero below −23 to −31, down to −503.
    /// </summary>
    public static SplineFunction ExponentialSum(int f, int degree, int outputBits, int parties)
    {
        var curve = SplineNest.Planes(parties > 2 ? degree + 2 : degree + 1, outputBits);
        return parties > 2
            ? new("exp for sums", outputBits, [
                SplineTables.Table(Math.Exp, -31, -1, 6, 2 * f, curve),
                SplineTables.Table(_ => 0, -503, 3, 6, 2 * f, SplineNest.Planes(0, outputBits)) with { InnerFirst = 60, InnerLast = 63 }])
            : new SplineNest(2 * f, 0.25 - 480, 5, 4).RefineExponential(-28, 0.25, 2, 18, 7).Function("exp for sums", outputBits);
    }

    /// <summary>exp on (−∞, 0.25), for weights: pieces of 1/4. Points: zero below about −13, down to −479. Tables: 64 pieces on [−15, 1), zero below −11 to −15, down to −507.</summary>
    public static SplineFunction Exponential(int f, int degree, int outputBits, int parties)
    {
        var curve = outputBits > 30 ? SplineNest.Planes(degree + 1, outputBits) : FinePlanes(degree + 1);
        return parties > 2
            ? new("exp", outputBits, [
                SplineTables.Table(Math.Exp, -15, -2, 6, 2 * f, curve),
                SplineTables.Table(_ => 0, -507, 2, 7, 2 * f, SplineNest.Planes(0, outputBits)) with { InnerFirst = 124, InnerLast = 127 }])
            : new SplineNest(2 * f, 0.25 - 480, 5, 4).RefineExponential(-13, 0.25, 1, 15, 9, 4).Function("exp", outputBits);
    }

    /// <summary>log₂ of the coarsest piece of <see cref="Logarithm"/> for sums of up to <paramref name="positions"/> exponentials.</summary>
    public static int LogarithmRange(int positions)
    {
        var range = FinestLogarithmPiece;
        while (Math.ScaleB(15, range) < positions + 1) range++;
        return range;
    }

    /// <summary>
    /// ln x from e^−4 to 15·2^<paramref name="range"/>; result at 2f bits. Points: pieces of x/112 to x/6. Tables: 512 pieces of 2^−10 on [0, 1/2), then
    /// 32 times as wide at each level.
    /// </summary>
    public static SplineFunction Logarithm(int f, int degree, int inputBits, int range, int parties)
    {
        static double F(double x) => Math.Log(Math.Max(x, 1.0 / 1024));
        var curve = SplineNest.Planes(degree + 1, 2 * f);
        if (parties > 2)
        {
            var levels = new List<SplineLevel>();
            for (var width = -10; levels.Count == 0 || width < range; width += 5)
                levels.Add(SplineTables.Table(F, 0, width, 9, inputBits, curve) with { InnerFirst = 0, InnerLast = levels.Count == 0 ? -1 : 14 });
            return new("logarithm", 2 * f, levels);
        }
        var nest = new SplineNest(inputBits, 0, range, 4, F, curve);
        for (var width = range; width > FinestLogarithmPiece; width -= 4) nest.Refine(0, Math.ScaleB(6, width), width - 4, F, curve);
        return nest.Function("logarithm", 2 * f);
    }

    /// <summary>
    /// For results of few bits that are often far below 1: what rounding leaves of the slope is dealt again at few bits, and higher powers, whose coefficients are
    /// small in pieces of 1/4, are resolved no finer than their rounding is worth.
    /// </summary>
    private static SplinePlane[] FinePlanes(int degree) => [new(0, 0), new(1, 13), new(1, 7), .. Enumerable.Range(2, degree - 1).Select(power => new SplinePlane(power, 8))];
}
