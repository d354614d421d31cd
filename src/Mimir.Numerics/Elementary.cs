namespace Mimir.Numerics;

/// <summary>
/// exp, ln, tanh, sine and cosine in float64, to about one unit in the last place, from additions, multiplications, divisions and fused multiply-adds alone, which IEEE 754 rounds
/// alike everywhere. The system's mathematical library does not: its last bits change with library, version and processor. All parties compute public numbers by themselves (coefficients of
/// splines, cosines, noise from a public seed), and where one bit differs, some rounding does sooner or later, and a check fails. So what parties must agree on is computed here.
/// </summary>
/// <remarks>Source: the argument reductions of fdlibm (Sun, 1993), and its polynomial for ln; else series.</remarks>
public static class Elementary
{
    // ln 2 and π/2 in parts; the first of ln 2 times an integer below 2^20 is exact.
    private const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPi0 = 1.5707963267948966, HalfPi1 = 6.123233995736766e-17, HalfPi2 = -1.4973849048591833e-33;
    private const double Log2E = 1.4426950408889634, TwoOverPi = 0.6366197723675814, TwoTo54 = 1L << 54;
    private const double Largest = 709.782712893384, Smallest = -745.1332191019412;
    private const long MantissaMask = (1L << 52) - 1, OneBits = 0x3FF0_0000_0000_0000, SquareRootOfHalfBits = 0x3FE6_A09E_667F_3BCD;

    // 1/14!, …, 1/2!.
    private static ReadOnlySpan<double> InverseFactorials =>
    [
        1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2,
    ];

    // Twice artanh s = s + s·(2/3·s² + 2/5·s⁴ + …) for |s| ≤ 0.1716, minimax to 2^−58.
    private static ReadOnlySpan<double> Artanh =>
    [
        1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01,
    ];

    // −1/19!, 1/17!, …, −1/3!.
    private static ReadOnlySpan<double> SineFactors =>
    [
        -1.0 / 121645100408832000, 1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6,
    ];

    // −1/18!, 1/16!, …, 1/4!.
    private static ReadOnlySpan<double> CosineFactors =>
    [
        -1.0 / 6402373705728000, 1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24,
    ];

    /// <summary>Largest |x| of <see cref="Sin"/> and <see cref="Cos"/>: 2^30.</summary>
    public const double LargestAngle = 1 << 30;

    /// <summary>e^x; 0 and ∞ beyond what a double holds.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > Largest) return double.PositiveInfinity;
        if (x < Smallest) return 0;
        // x = n·ln 2 + r with |r| ≤ ln 2 / 2.
        double n = Math.Floor(x * Log2E + 0.5);
        double r = x - n * Ln2High - n * Ln2Low;
        double sum = 0;
        foreach (double factor in InverseFactorials) sum = (sum + factor) * r;
        return Math.ScaleB(1 + (r + r * sum), (int)n);
    }

    /// <summary>ln x; −∞ at 0, NaN below. The same time for all normal x.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;
        // x = 2^e·m with √½ ≤ m < √2, and ln m = 2·artanh s with s = (m − 1)/(m + 1).
        bool subnormal = double.IsSubnormal(x);
        long bits = BitConverter.DoubleToInt64Bits(subnormal ? x * TwoTo54 : x) + (OneBits - SquareRootOfHalfBits);
        double e = (bits >> 52) - (subnormal ? 1023 + 54 : 1023);
        double m = BitConverter.Int64BitsToDouble((bits & MantissaMask) + SquareRootOfHalfBits);
        double s = (m - 1) / (m + 1), square = s * s, sum = 0;
        foreach (double factor in Artanh) sum = (sum + factor) * square;
        // f = m − 1 is exact; ln m = f − s·(f − sum): what is added to f is small.
        double f = m - 1;
        return e * Ln2High - (s * (f - sum) - e * Ln2Low - f);
    }

    /// <summary>tanh x.</summary>
    public static double Tanh(double x)
    {
        double size = Math.Abs(x);
        if (!(size >= 1))
        {
            // Lambert's fraction x/(1 + x²/(3 + x²/(5 + …))).
            double square = x * x, rest = 25;
            for (int k = 23; k > 0; k -= 2) rest = k + square / rest;
            return x / rest;
        }
        double result = size > 20 ? 1 : 1 - 2 / (Exp(2 * size) + 1);
        return x < 0 ? -result : result;
    }

    /// <summary>sin x for |x| ≤ <see cref="LargestAngle"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is larger, or no number.</exception>
    public static double Sin(double x)
    {
        double r = Reduce(x, out int quarter);
        double value = (quarter & 1) == 0 ? Sine(r) : Cosine(r);
        return (quarter & 2) == 0 ? value : -value;
    }

    /// <summary>cos x for |x| ≤ <see cref="LargestAngle"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is larger, or no number.</exception>
    public static double Cos(double x)
    {
        double r = Reduce(x, out int quarter);
        double value = (quarter & 1) == 0 ? Cosine(r) : Sine(r);
        return (quarter + 1 & 2) == 0 ? value : -value;
    }

    /// <summary>b^y = e^(y·ln b) for b &gt; 0; the relative error grows with |y·ln b|, by 1.1e-16 a unit.</summary>
    public static double Power(double b, double y) => Exp(y * Log(b));

    // x − n·π/2 for the nearest n, whose last two bits are the quarter.
    private static double Reduce(double x, out int quarter)
    {
        if (!(Math.Abs(x) <= LargestAngle)) throw new ArgumentOutOfRangeException(nameof(x), x, $"An angle is at most {LargestAngle}.");
        double n = Math.Floor(x * TwoOverPi + 0.5);
        quarter = (int)n & 3;
        double r = Math.FusedMultiplyAdd(-n, HalfPi0, x);
        return Math.FusedMultiplyAdd(-n, HalfPi2, Math.FusedMultiplyAdd(-n, HalfPi1, r));
    }

    private static double Sine(double r)
    {
        double square = r * r, sum = 0;
        foreach (double factor in SineFactors) sum = (sum + factor) * square;
        return r + r * sum;
    }

    private static double Cosine(double r)
    {
        double square = r * r, sum = 0;
        foreach (double factor in CosineFactors) sum = (sum + factor) * square;
        double half = 0.5 * square, one = 1 - half;
        // What 1 − half rounds away is added again.
        return one + (1 - one - half + square * sum);
    }
}
