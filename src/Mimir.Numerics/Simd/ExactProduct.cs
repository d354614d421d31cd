using System.Runtime.CompilerServices;

namespace Mimir.Numerics.Simd;

/// <summary>
/// Constants of the exact product of two integers below 2^50: h = fma(w, x, C1), l = fma(w, x, C1 + C2 − h), and then
/// w·x = 2^51·(bits(h) − bits(C1)) + (bits(l) − bits(C2)). Sums of the bits are exact modulo 2^64.
/// </summary>
internal static class ExactProduct
{
    /// <summary>1.5·2^103, whose last place is 2^51.</summary>
    public const double C1 = 6755399441055744.0 * 2251799813685248.0;

    /// <summary>1.5·2^52, whose last place is 1.</summary>
    public const double C2 = 6755399441055744.0;

    /// <summary>C1 + C2, exactly.</summary>
    public const double C1PlusC2 = C1 + C2;

    /// <summary>2^52.</summary>
    public const double TwoTo52 = 4503599627370496.0;

    /// <summary>bits(2^52).</summary>
    public const long TwoTo52Bits = 0x4330_0000_0000_0000;

    /// <summary>
    /// Terms summed before a reduction. Each remainder is at most 2^50 in magnitude and each high part below 2^49, so 8,191
    /// terms fit a signed 64-bit sum; half of 8,192 leaves a bit spare and divides evenly.
    /// </summary>
    public const int MaximumTerms = 4096;

    /// <summary>bits(C1).</summary>
    public static long C1Bits => BitConverter.DoubleToInt64Bits(C1);

    /// <summary>bits(C2).</summary>
    public static long C2Bits => BitConverter.DoubleToInt64Bits(C2);

    /// <summary>The canonical sum of <paramref name="terms"/> ≤ <see cref="MaximumTerms"/> products.</summary>
    public static double Finish(long high, long low, int terms) => unchecked(
        FieldLanes<SimdScalar, double, long>.Combine(high - terms * C1Bits, low - terms * C2Bits));

    /// <summary>Adds the bits of h and l of the lanes' products w·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate<TS, TSD, TSL>(TSD w, TSD x, TSD c1, TSD c12, ref TSL high, ref TSL low)
        where TS : ISimd<TSD, TSL>
        where TSD : struct
        where TSL : struct
    {
        TSD h = TS.FusedMultiplyAdd(w, x, c1);
        high = TS.AddLong(high, TS.Bits(h));
        low = TS.AddLong(low, TS.Bits(TS.FusedMultiplyAdd(w, x, TS.Subtract(c12, h))));
    }
}
