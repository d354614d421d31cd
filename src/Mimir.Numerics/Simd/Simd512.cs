using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mimir.Numerics.Simd;

/// <summary>512-bit registers (AVX-512).</summary>
internal readonly struct Simd512 : ISimd<Vector512<double>, Vector512<long>>
{
    public static int Count => Vector512<double>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(ref double source, nuint index) => Vector512.LoadUnsafe(ref source, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<double> value, ref double destination, nuint index) => value.StoreUnsafe(ref destination, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> LoadLong(ref long source, nuint index) => Vector512.LoadUnsafe(ref source, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLong(Vector512<long> value, ref long destination, nuint index) => value.StoreUnsafe(ref destination, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Broadcast(double value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> BroadcastLong(long value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> left, Vector512<double> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Subtract(Vector512<double> left, Vector512<double> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Multiply(Vector512<double> left, Vector512<double> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> FusedMultiplyAdd(Vector512<double> left, Vector512<double> right, Vector512<double> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> AddWhereNegative(Vector512<double> value, Vector512<double> addend) =>
        value + (Vector512.LessThan(value, Vector512<double>.Zero) & addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Bits(Vector512<double> value) => value.AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> FromBits(Vector512<long> value) => value.AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> AddLong(Vector512<long> left, Vector512<long> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> SubtractLong(Vector512<long> left, Vector512<long> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> And(Vector512<long> left, Vector512<long> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Or(Vector512<long> left, Vector512<long> right) => left | right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Xor(Vector512<long> left, Vector512<long> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ShiftLeft(Vector512<long> value, int count) => value << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ShiftRightLogical(Vector512<long> value, int count) => value >>> count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref double source, nuint index) =>
        Sse.Prefetch0(unchecked((double*)Unsafe.AsPointer(ref source) + index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Sum(Vector512<long> value) => Vector512.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSums(ref long destination, Vector512<long> s0, Vector512<long> s1, Vector512<long> s2, Vector512<long> s3)
    {
        unchecked
        {
            // The sums of neighbouring lanes side by side, then halves on halves as in 256 bits.
            Vector512<long> a = Avx512F.UnpackLow(s0, s1) + Avx512F.UnpackHigh(s0, s1), b = Avx512F.UnpackLow(s2, s3) + Avx512F.UnpackHigh(s2, s3);
            Vector256<long> c = a.GetLower() + a.GetUpper(), d = b.GetLower() + b.GetUpper();
            Vector256<long> sums = Avx2.Permute2x128(c, d, 0x20) + Avx2.Permute2x128(c, d, 0x31);
            (Vector256.LoadUnsafe(ref destination) + sums).StoreUnsafe(ref destination);
        }
    }
}
