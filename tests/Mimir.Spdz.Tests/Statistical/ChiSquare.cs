using Mimir.Numerics;

namespace Mimir.Spdz.Tests.Statistical;

/// <summary>Chi-square statistics as normal deviates (Wilson-Hilferty), so that one threshold fits any number of bins.</summary>
internal static class ChiSquare
{
    /// <summary>Standard deviations by which (χ²/k)^(1/3) exceeds its mean. Beyond 5: p below 3e-7.</summary>
    public static double Deviation(double chiSquare, int freedom) =>
        (Math.Cbrt(chiSquare / freedom) - (1 - 2.0 / (9 * freedom))) / Math.Sqrt(2.0 / (9 * freedom));

    /// <summary>Observed counts against expected ones.</summary>
    public static double Fit(ReadOnlySpan<long> observed, ReadOnlySpan<double> expected)
    {
        var sum = 0.0;
        for (var i = 0; i < observed.Length; i++) sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
        return Deviation(sum, observed.Length - 1);
    }

    /// <summary>Whether two samples come from the same distribution.</summary>
    public static double TwoSamples(ReadOnlySpan<long> x, ReadOnlySpan<long> y)
    {
        double totalX = 0, totalY = 0, sum = 0;
        foreach (var count in x) totalX += count;
        foreach (var count in y) totalY += count;
        for (var i = 0; i < x.Length; i++)
        {
            var difference = x[i] * Math.Sqrt(totalY / totalX) - y[i] * Math.Sqrt(totalX / totalY);
            if (x[i] + y[i] > 0) sum += difference * difference / (x[i] + y[i]);
        }
        return Deviation(sum, x.Length - 1);
    }

    /// <summary>Field elements by their top six bits (of p) and by their lowest six bits.</summary>
    public static (long[] High, long[] Low) Bins(IEnumerable<double> elements)
    {
        var (high, low) = (new long[64], new long[64]);
        foreach (var element in elements)
        {
            high[(int)(element / Field.P * 64)]++;
            low[(int)((long)element & 63)]++;
        }
        return (high, low);
    }

    public static double Uniform(long[] bins)
    {
        var expected = new double[bins.Length];
        Array.Fill(expected, bins.Sum() / (double)bins.Length);
        return Fit(bins, expected);
    }
}
