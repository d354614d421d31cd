namespace Mimir.Numerics.Integers;

/// <summary>
/// The functions of a transformer on integers with <see cref="FractionBits"/> fraction bits: no floating point, so every processor and every runtime gives the
/// same bits. Absolute error below 2^-28 unless said otherwise. Not constant-time: for public numbers only.
/// </summary>
public static class IntegerFunctions
{
    /// <summary>Fraction bits of arguments and results.</summary>
    public const int FractionBits = 32;

    private const int InnerBits = 62;

    // One less than 62, since e^r reaches 2.
    private const int MantissaBits = 61;
    private const long One = 1L << FractionBits;

    // ln 2 and log₂ e, rounded, at 62 fraction bits.
    private const long NaturalLogarithmOfTwo = 0x2C5C85FDF473DE6B;
    private const long BinaryLogarithmOfE = 0x5C551D94AE0BF85E;

    // 1/√(2π), 2·√(2/π) and 0.044715, rounded, at 62 fraction bits.
    private const long DensityAtZero = 0x19884533D436508D;
    private const long TwiceRootTwoOverPi = 0x662114CF50D94234;
    private const long CubicTerm = 0x02DC9C4DA9003EEA;

    /// <summary>e^x for x ≤ 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">x is positive.</exception>
    public static long Exponential(long x)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x, 0);
        if (x < -23 * One) return 0;
        var (mantissa, exponent) = Power(x);
        return mantissa >> (MantissaBits - FractionBits + exponent);
    }

    /// <summary>1/(1 + e^−x).</summary>
    public static long Sigmoid(long x)
    {
        var e = Exponential(-Math.Abs(x));
        return (long)(((Int128)(x >= 0 ? One : e) << FractionBits) / (One + e));
    }

    /// <summary>x·sigmoid(x).</summary>
    public static long Silu(long x) => Multiply(x, Sigmoid(x));

    /// <summary>0.5·x·(1 + tanh(√(2/π)(x + 0.044715·x³))) = x·sigmoid(2·√(2/π)(x + 0.044715·x³)).</summary>
    public static long GeluTanh(long x)
    {
        if (Math.Abs(x) > 16 * One) return Math.Max(x, 0);
        var cube = Multiply(Multiply(x, x), x);
        var inner = x + Shift((Int128)cube * CubicTerm, InnerBits);
        return Multiply(x, Sigmoid(Shift((Int128)inner * TwiceRootTwoOverPi, InnerBits)));
    }

    /// <summary>x·Φ(x), Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) + …); all terms have one sign. Source: Marsaglia 2004.</summary>
    public static long Gelu(long x)
    {
        if (Math.Abs(x) > 7 * One) return Math.Max(x, 0);
        var square = Multiply(x, x);
        Int128 term = (Int128)x << 24, sum = term;
        for (var k = 3; term != 0 && term != -1; k += 2)
        {
            term = ((term * square) >> FractionBits) / k;
            sum += term;
        }
        var (mantissa, exponent) = Power(-(square >> 1));
        var density = Shift((Int128)mantissa * DensityAtZero, InnerBits);
        return Multiply(x, (One >> 1) + Shift((sum >> 24) * density, MantissaBits + exponent));
    }

    /// <summary>1/√x for x &gt; 0, rounded down: ⌊√(2^96/x)⌋. Relative error below 2^-24 for x below 2^16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">x is not positive.</exception>
    public static long InverseRoot(long x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        var radicand = (UInt128.One << 96) / (ulong)x;
        // Newton from above: falls until it has the root.
        var root = UInt128.One << ((129 - (int)UInt128.LeadingZeroCount(radicand)) / 2 + 1);
        while (true)
        {
            var next = (root + radicand / root) >> 1;
            if (next >= root) return (long)root;
            root = next;
        }
    }

    /// <summary>x·y, rounded down.</summary>
    public static long Multiply(long x, long y) => Shift((Int128)x * y, FractionBits);

    /// <summary>e^x = mantissa·2^−(61 + exponent) for x ≤ 0: x·log₂e = r − exponent, 0 ≤ r &lt; 1; e^(r·ln 2) by the exponential series.</summary>
    private static (long Mantissa, int Exponent) Power(long x)
    {
        var binary = ((Int128)x * BinaryLogarithmOfE) >> FractionBits;
        var argument = Shift((binary & ((1L << InnerBits) - 1)) * NaturalLogarithmOfTwo, InnerBits);
        long sum = 1L << MantissaBits, term = 1L << InnerBits;
        for (var k = 1; term != 0; k++)
        {
            term = Shift((Int128)term * argument, InnerBits) / k;
            sum += term >> (InnerBits - MantissaBits);
        }
        return (sum, -(int)(binary >> InnerBits));
    }

    private static long Shift(Int128 x, int bits) => (long)(x >> bits);
}
