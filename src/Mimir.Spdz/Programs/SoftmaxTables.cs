using Mimir.Numerics;
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
    /// exp on (−∞, 0.75), for sums: 128 pieces of 1/4 on [−31, 1), of one degree more because they are wide; zero below −23 to −31.
    /// </summary>
    public static SplineFunction ExponentialSum(int f, int degree, int outputBits) => new("exp for sums", outputBits, [
        Level(Math.Exp, -31, -2, 7, 2 * f, degree + 1, Math.Min(13, outputBits - 20)),
        Level(_ => 0, -503, 3, 6, 2 * f, 0, 0) with { InnerFirst = 60, InnerLast = 63 }]);

    /// <summary>exp on (−∞, 0.875): 128 pieces of 1/8 on [−15, 1), zero below −11 to −15.</summary>
    public static SplineFunction Exponential(int f, int degree, int outputBits) => new("exp", outputBits, [
        Level(Math.Exp, -15, -3, 7, 2 * f, degree, Math.Min(13, outputBits - 14)),
        Level(_ => 0, -507, 2, 7, 2 * f, 0, 0) with { InnerFirst = 124, InnerLast = 127 }]);

    /// <summary>Levels of <see cref="Logarithm"/> for sums of up to <paramref name="positions"/> exponentials.</summary>
    public static int LogarithmLevels(int positions)
    {
        var levels = 1;
        for (var cover = 480.0 / 1024; cover < positions + 1; cover *= 32) levels++;
        return levels;
    }

    /// <summary>ln x from 0.015 on: 512 pieces of 2^−10 on [0, 1/2), then 32 times as wide at each level; of one degree more. Result at 2f bits.</summary>
    public static SplineFunction Logarithm(int f, int degree, int inputBits, int levels) => new("logarithm", 2 * f, [..
        Enumerable.Range(0, levels).Select(l =>
            Level(x => Math.Log(Math.Max(x, 1.0 / 1024)), 0, 5 * l - 10, 9, inputBits, degree + 1, 12) with { InnerFirst = 0, InnerLast = l == 0 ? -1 : 14 })]);

    /// <summary>2^m pieces of width 2^logWidth from <paramref name="low"/> on, for inputs with <paramref name="bits"/> fraction bits.</summary>
    private static SplineLevel Level(Func<double, double> function, double low, int logWidth, int m, int bits, int degree, int offsetBits) => new(
        (long)Math.ScaleB(low, bits), bits + logWidth, m, offsetBits,
        ChebyshevFit.Segments(function, low, Math.ScaleB(1, logWidth), 1 << m, degree));
}
