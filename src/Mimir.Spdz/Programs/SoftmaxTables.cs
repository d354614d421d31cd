using Mimir.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>
/// Bins and splines of <see cref="Softmax"/>. Scores enter at 2f bits, relative to the first of their row; so do the logarithms. Polynomials are of one degree
/// more than `cheby.deg` (or two), in wider pieces: fewer numbers dealt and fewer nodes grown. With two parties exponentials are no polynomials. Errors: docs/accuracy.md; tests sweep every domain.
/// </summary>
public static class SoftmaxTables
{
    /// <summary>Relative scores lie in [−128, 128), without the highest bin.</summary>
    public const int RangeBits = 7;

    /// <summary>A bin spans 4 with two parties, whose exponentials are as exact far below 1, otherwise 2.</summary>
    public static int BinBits(int parties) => parties == 2 ? 2 : 1;

    /// <summary>Bins on [−128, 128).</summary>
    public static BinShape Bins(int f, int parties) => new(-1L << (2 * f + RangeBits), 2 * f + BinBits(parties), RangeBits - BinBits(parties) + 1);

    /// <summary>
    /// exp on (−∞, 0.25), for sums. Points: one number and what its rounding leaves, in pieces of 4, zero below about −28, down to −507. Tables: 64 pieces of 1/2 on [−31, 1),
    /// polynomials of one degree more because they are fitted on both sides of an edge, zero below −23 to −31, down to −503.
    /// </summary>
    public static SplineFunction ExponentialSum(int f, int degree, int outputBits, int parties)
    {
        return parties > 2
            ? new("exp for sums", outputBits, [
                SplineTables.Table(Elementary.Exp, -31, -1, 6, 2 * f, SplineNest.Planes(degree + 2, outputBits)),
                SplineTables.Table(_ => 0, -503, 3, 6, 2 * f, SplineNest.Planes(0, outputBits)) with { InnerFirst = 60, InnerLast = 63 }])
            : SplineNest.Exponential("exp for sums", 2 * f, outputBits, -27.75, 0.25, 2, 7, 17, 5);
    }

    /// <summary>
    /// exp on (−∞, 0.25), for weights. Points: a number and twice what its rounding leaves, in pieces of 4, zero below about −13, down to −507. Tables: 64 pieces of 1/4 on
    /// [−15, 1), polynomials, zero below −11 to −15, down to −507.
    /// </summary>
    public static SplineFunction Exponential(int f, int degree, int outputBits, int parties)
    {
        return parties > 2
            ? new("exp", outputBits, [
                SplineTables.Table(Elementary.Exp, -15, -2, 6, 2 * f, outputBits > 30 ? SplineNest.Planes(degree + 1, outputBits) : FinePlanes(degree + 1)),
                SplineTables.Table(_ => 0, -507, 2, 7, 2 * f, SplineNest.Planes(0, outputBits)) with { InnerFirst = 124, InnerLast = 127 }])
            : SplineNest.Exponential("exp", 2 * f, outputBits, -13, 0.25, 2, 7, outputBits > 30 ? [20, 8] : [16, 9, 2]);
    }

    /// <summary>log₂ of the coarsest piece of <see cref="Logarithm"/> for sums of up to <paramref name="positions"/> exponentials.</summary>
    public static int LogarithmRange(int positions)
    {
        var range = -9;
        while (Math.ScaleB(15, range) < positions + 1) range++;
        return range;
    }

    /// <summary>
    /// ln x from the least a sum can be, e^−8 with two parties, else e^−4, to 15·2^<paramref name="range"/>; result at 2f bits. Points: pieces of x/112 to x/6. Tables: 512 pieces of 2^−10 on
    /// [0, 1/2), then 32 times as wide at each level.
    /// </summary>
    public static SplineFunction Logarithm(int f, int degree, int inputBits, int range, int parties)
    {
        double F(double x) => Elementary.Log(Math.Max(x, parties > 2 ? 1.0 / 1024 : 1.0 / 32768));
        var curve = SplineNest.Planes(degree + 1, 2 * f);
        if (parties > 2)
        {
            var levels = new List<SplineLevel>();
            for (var width = -10; levels.Count == 0 || width < range; width += 5)
                levels.Add(SplineTables.Table(F, 0, width, 9, inputBits, curve) with { InnerFirst = 0, InnerLast = levels.Count == 0 ? -1 : 14 });
            return new("logarithm", 2 * f, levels);
        }
        var nest = new SplineNest(inputBits, 0, range, 4, F, curve);
        for (var width = range; width > -14; width -= 4) nest.Refine(0, Math.ScaleB(6, width), width - 4, F, curve);
        return nest.Function("logarithm", 2 * f);
    }

    /// <summary>
    /// For results of few bits that are often far below 1: what rounding leaves of the slope is dealt again at few bits, and higher powers, whose coefficients are
    /// small in pieces of 1/4, are resolved no finer than their rounding is worth.
    /// </summary>
    private static SplinePlane[] FinePlanes(int degree) => [new(0, 0), new(1, 13), new(1, 7), .. Enumerable.Range(2, degree - 1).Select(power => new SplinePlane(power, 8))];
}
