using System.Runtime.CompilerServices;

namespace Mimir.Numerics.Simd;

/// <summary>
/// The field's operations on one register of canonical elements, results canonical and never −0. No branch or index depends
/// on a value. Products are exact: C1 = 1.5·2^103 makes the first fma round to a multiple of 2^51, C2 = 1.5·2^52 makes the
/// second return the remainder (protocol.md, section 2).
/// </summary>
internal static class FieldLanes<TSimd, TD, TL>
    where TSimd : ISimd<TD, TL>
    where TD : struct
    where TL : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Add(TD x, TD y)
    {
        TD p = TSimd.Broadcast(Field.P);
        return TSimd.AddWhereNegative(TSimd.Subtract(TSimd.Add(x, y), p), p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Subtract(TD x, TD y) => TSimd.AddWhereNegative(TSimd.Subtract(x, y), TSimd.Broadcast(Field.P));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Multiply(TD x, TD y) => TSimd.AddWhereNegative(SignedProduct(x, y), TSimd.Broadcast(Field.P));

    /// <summary>x·y + z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD MultiplyAdd(TD x, TD y, TD z) => Add(Multiply(x, y), z);

    /// <summary>Any 64-bit integers to canonical elements: 2^50 ≡ 27.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Reduce(TL v)
    {
        // v = (u − 2^13)·2^50 + low with 0 ≤ u < 2^14, without an arithmetic shift, which AVX2 lacks.
        TL u = TSimd.ShiftRightLogical(TSimd.Xor(v, TSimd.BroadcastLong(long.MinValue)), 50);
        TL low = TSimd.And(v, TSimd.BroadcastLong((1L << 50) - 1));
        TL folded = TSimd.AddLong(low, TimesTwentySeven(u));
        TD d = TSimd.Subtract(
            TSimd.FromBits(TSimd.AddLong(folded, TSimd.BroadcastLong(ExactProduct.TwoTo52Bits))),
            TSimd.Broadcast(ExactProduct.TwoTo52 + (27 << 13)));
        TD p = TSimd.Broadcast(Field.P);
        return TSimd.AddWhereNegative(TSimd.Subtract(TSimd.AddWhereNegative(d, p), p), p);
    }

    /// <summary>2^51·high + low, both any 64-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TD Combine(TL high, TL low)
    {
        TL h = ToLong(Reduce(high));
        TL scaled = TSimd.ShiftLeft(TimesTwentySeven(h), 1);
        return Reduce(TSimd.AddLong(scaled, ToLong(Reduce(low))));
    }

    /// <summary>Integers in [0, 2^52) as 64-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL ToLong(TD x) => TSimd.SubtractLong(
        TSimd.Bits(TSimd.Add(x, TSimd.Broadcast(ExactProduct.TwoTo52))),
        TSimd.BroadcastLong(ExactProduct.TwoTo52Bits));

    // |result| < 0.63 p: the quotient estimate is off by less than 1/8 before it is rounded to the nearest integer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TD SignedProduct(TD x, TD y)
    {
        TD round = TSimd.Broadcast(ExactProduct.C2);
        TD h = TSimd.Multiply(x, y);
        TD l = TSimd.FusedMultiplyAdd(x, y, TSimd.Subtract(TSimd.Broadcast(0.0), h));
        TD q = TSimd.Subtract(TSimd.FusedMultiplyAdd(h, TSimd.Broadcast(1.0 / Field.P), round), round);
        return TSimd.Add(TSimd.FusedMultiplyAdd(q, TSimd.Broadcast(-Field.P), h), l);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TL TimesTwentySeven(TL v) => TSimd.SubtractLong(
        TSimd.SubtractLong(TSimd.ShiftLeft(v, 5), TSimd.ShiftLeft(v, 2)), v);
}
