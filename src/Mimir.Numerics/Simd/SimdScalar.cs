using System.Runtime.CompilerServices;

namespace Mimir.Numerics.Simd;

/// <summary>One element at a time: for tails of vectors and for machines without vector registers.</summary>
internal readonly struct SimdScalar : ISimd<double, long>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Load(ref double source, nuint index) => Unsafe.Add(ref source, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double value, ref double destination, nuint index) => Unsafe.Add(ref destination, index) = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LoadLong(ref long source, nuint index) => Unsafe.Add(ref source, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLong(long value, ref long destination, nuint index) => Unsafe.Add(ref destination, index) = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Broadcast(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long BroadcastLong(long value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(double left, double right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Subtract(double left, double right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Multiply(double left, double right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double FusedMultiplyAdd(double left, double right, double addend) => Math.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double AddWhereNegative(double value, double addend) =>
        value + BitConverter.Int64BitsToDouble((BitConverter.DoubleToInt64Bits(value) >> 63) & BitConverter.DoubleToInt64Bits(addend));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double FromBits(long value) => BitConverter.Int64BitsToDouble(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long AddLong(long left, long right) => unchecked(left + right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SubtractLong(long left, long right) => unchecked(left - right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long And(long left, long right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Or(long left, long right) => left | right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Xor(long left, long right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ShiftLeft(long value, int count) => value << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ShiftRightLogical(long value, int count) => value >>> count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ref double source, nuint index)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Sum(long value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSums(ref long destination, long s0, long s1, long s2, long s3)
    {
        unchecked
        {
            destination += Sum(s0);
            Unsafe.Add(ref destination, 1) += Sum(s1);
            Unsafe.Add(ref destination, 2) += Sum(s2);
            Unsafe.Add(ref destination, 3) += Sum(s3);
        }
    }
}
