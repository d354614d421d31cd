namespace Mimir.Numerics.Simd;

/// <summary>
/// One register width: <typeparamref name="TD"/> holds <see cref="Count"/> doubles, <typeparamref name="TL"/> as many 64-bit
/// integers. Every kernel is written once over this interface. All operations take the same time for all values.
/// </summary>
internal interface ISimd<TD, TL>
    where TD : struct
    where TL : struct
{
    /// <summary>Doubles per register.</summary>
    static abstract int Count { get; }

    static abstract TD Load(ref double source, nuint index);

    static abstract void Store(TD value, ref double destination, nuint index);

    static abstract TL LoadLong(ref long source, nuint index);

    static abstract void StoreLong(TL value, ref long destination, nuint index);

    static abstract TD Broadcast(double value);

    static abstract TL BroadcastLong(long value);

    static abstract TD Add(TD left, TD right);

    static abstract TD Subtract(TD left, TD right);

    static abstract TD Multiply(TD left, TD right);

    /// <summary>left·right + addend with one rounding.</summary>
    static abstract TD FusedMultiplyAdd(TD left, TD right, TD addend);

    /// <summary>value + (value is below zero ? addend : 0).</summary>
    static abstract TD AddWhereNegative(TD value, TD addend);

    static abstract TL Bits(TD value);

    static abstract TD FromBits(TL value);

    static abstract TL AddLong(TL left, TL right);

    static abstract TL SubtractLong(TL left, TL right);

    static abstract TL And(TL left, TL right);

    static abstract TL Or(TL left, TL right);

    static abstract TL Xor(TL left, TL right);

    static abstract TL ShiftLeft(TL value, int count);

    static abstract TL ShiftRightLogical(TL value, int count);

    /// <summary>A hint that these elements are read soon; the address may lie beyond the data.</summary>
    static abstract void Prefetch(ref double source, nuint index);

    /// <summary>Sum of the lanes modulo 2^64.</summary>
    static abstract long Sum(TL value);

    /// <summary>destination[j] += Sum(s_j) modulo 2^64, for four registers.</summary>
    static abstract void AddSums(ref long destination, TL s0, TL s1, TL s2, TL s3);
}
