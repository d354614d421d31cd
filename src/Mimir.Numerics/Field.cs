using Mimir.Numerics.Simd;
using Scalar = Mimir.Numerics.Simd.FieldLanes<Mimir.Numerics.Simd.SimdScalar, double, long>;

namespace Mimir.Numerics;

/// <summary>
/// The prime field of p = 2^50 − 27 elements, held as integers in doubles. An element is canonical when it is an integer in
/// [0, p) and not −0. Unless stated otherwise arguments must be canonical (asserted by nobody: validate bytes from outside
/// with <see cref="FieldVector.IsCanonical"/>), results are canonical, and the time does not depend on the values.
/// </summary>
public static class Field
{
    /// <summary>p = 2^50 − 27.</summary>
    public const long Prime = (1L << 50) - 27;

    /// <summary>p as a double.</summary>
    public const double P = Prime;

    /// <summary>(p + 1) / 2: the smallest element that stands for a negative number, and the inverse of 2.</summary>
    public const long Half = (Prime + 1) / 2;

    /// <summary>Bound on |x·2^f| of an encoded number: 2^48.</summary>
    public const double EncodingLimit = 281474976710656.0;

    /// <summary>v mod p for any v. Constant time.</summary>
    public static double Reduce(long v) => Scalar.Reduce(v);

    /// <summary>v mod p for any v. Constant time.</summary>
    public static double Reduce(Int128 v)
    {
        // v = a·2^100 + b·2^50 + c with 2^50 ≡ 27; |729·a + 27·b + c| < 2^56.
        const long Mask = (1L << 50) - 1;
        long a = unchecked((long)(v >> 100));
        long b = unchecked((long)(v >> 50)) & Mask;
        long c = unchecked((long)v) & Mask;
        return Scalar.Reduce(729 * a + 27 * b + c);
    }

    /// <summary>a + b mod p. Constant time.</summary>
    public static double Add(double a, double b) => Scalar.Add(a, b);

    /// <summary>a − b mod p. Constant time.</summary>
    public static double Subtract(double a, double b) => Scalar.Subtract(a, b);

    /// <summary>−a mod p. Constant time.</summary>
    public static double Negate(double a) => Scalar.Subtract(0, a);

    /// <summary>
    /// a·b mod p: h = a·b rounded, l = a·b − h exactly (fma), q = h/p to the nearest integer, then (h − q·p) + l, both exact,
    /// is in (−0.63 p, 0.63 p). Constant time.
    /// </summary>
    public static double Multiply(double a, double b) => Scalar.Multiply(a, b);

    /// <summary>a^exponent mod p, with 0^0 = 1. The time depends on the exponent (public), not on a.</summary>
    /// <param name="a">Base.</param>
    /// <param name="exponent">At least 0; a public number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is negative.</exception>
    public static double Power(double a, long exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exponent);
        double result = 1;
        for (double square = a; exponent != 0; exponent >>= 1, square = Multiply(square, square))
            if ((exponent & 1) != 0)
                result = Multiply(result, square);
        return result;
    }

    /// <summary>1/a mod p as a^(p−2), and 0 for a = 0. Constant time (about 100 products).</summary>
    public static double Inverse(double a) => Power(a, Prime - 2);

    /// <summary>The representative in (−p/2, p/2]. Constant time.</summary>
    public static long ToSigned(double a)
    {
        long v = (long)a;
        return v - (Prime & ((Half - 1 - v) >> 63));
    }

    /// <summary>round(x·2^f) mod p, ties to even. Constant time except for the exception.</summary>
    /// <param name="x">|x·2^f| below 2^48.</param>
    /// <param name="fractionBits">f in [0, 62].</param>
    /// <exception cref="ArgumentOutOfRangeException">|x·2^f| ≥ 2^48, x is not a number, or f is outside [0, 62].</exception>
    public static double Encode(double x, int fractionBits)
    {
        double element = 0;
        FieldVector.Encode(new ReadOnlySpan<double>(in x), fractionBits, new Span<double>(ref element));
        return element;
    }

    /// <summary>The number a stands for: ToSigned(a)·2^−f, exactly. Constant time.</summary>
    /// <param name="a">Canonical element.</param>
    /// <param name="fractionBits">f in [0, 62].</param>
    /// <exception cref="ArgumentOutOfRangeException">f is outside [0, 62].</exception>
    public static double Decode(double a, int fractionBits) => ToSigned(a) / PowerOfTwo(fractionBits);

    /// <summary>2^f.</summary>
    /// <exception cref="ArgumentOutOfRangeException">f is outside [0, 62].</exception>
    internal static double PowerOfTwo(int fractionBits)
    {
        if (fractionBits is < 0 or > 62)
            throw new ArgumentOutOfRangeException(nameof(fractionBits), fractionBits, "Fraction bits must be between 0 and 62.");
        return 1L << fractionBits;
    }
}
