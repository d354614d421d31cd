using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Packing;

/// <summary>
/// Four elements in 25 bytes at a time, by byte shuffles of 128-bit halves (AVX2). Element j starts at bit 2·j of byte 6·j; a half holds two, the second half begins at byte 12,
/// of which it has the high bits and the first half the low ones.
/// </summary>
internal static class ShuffledPacking
{
    private const int Elements = 4;
    private const int GroupBytes = 25;
    private const int SecondHalf = 12;
    private const int RegisterBytes = SecondHalf + 16;
    private const byte Nothing = 0x80;

    public static bool IsSupported => Avx2.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>Packs as many whole groups as the destination has room to write registers for; returns the elements done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Pack(ReadOnlySpan<double> x, Span<byte> destination)
    {
        unchecked
        {
            ref double source = ref MemoryMarshal.GetReference(x);
            ref byte target = ref MemoryMarshal.GetReference(destination);
            // Where the elements of a half meet, in byte 6, the second one's bits join.
            Vector128<byte> half = Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, Nothing, Nothing, Nothing);
            Vector256<byte> most = Vector256.Create(half, half), meeting = Vector256.Create(Nothing).WithElement(6, (byte)8).WithElement(22, (byte)8);
            Vector256<ulong> shifts = Vector256.Create(0UL, 2, 4, 6);
            nuint i = 0, at = 0;
            for (; i + Elements <= (nuint)x.Length && at + RegisterBytes <= (nuint)destination.Length; i += Elements, at += GroupBytes)
            {
                Vector256<long> v = FieldLanes<Simd256, Vector256<double>, Vector256<long>>.ToLong(Vector256.LoadUnsafe(ref source, i));
                Vector256<byte> shifted = Avx2.ShiftLeftLogicalVariable(v.AsUInt64(), shifts).AsByte();
                Vector256<byte> halves = Avx2.Shuffle(shifted, most) | Avx2.Shuffle(shifted, meeting);
                Vector128<byte> first = halves.GetLower();
                first.StoreUnsafe(ref target, at);
                (halves.GetUpper() | Sse2.ShiftRightLogical128BitLane(first, SecondHalf)).StoreUnsafe(ref target, at + SecondHalf);
            }
            return (int)i;
        }
    }

    /// <summary>Unpacks the groups that can be read as whole registers; returns the elements done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Unpack(ReadOnlySpan<byte> packed, Span<double> destination, ref bool canonical)
    {
        unchecked
        {
            ref byte source = ref MemoryMarshal.GetReference(packed);
            ref double target = ref MemoryMarshal.GetReference(destination);
            Packed256 elements = Packed256.Create();
            Vector256<double> last = Vector256.Create(Field.P - 1);
            Vector256<long> outside = default;
            nuint i = 0, at = 0;
            for (; i + Elements <= (nuint)destination.Length && at + RegisterBytes <= (nuint)packed.Length; i += Elements, at += GroupBytes)
            {
                Vector256<double> v = elements.Load(ref source, i);
                outside |= (last - v).AsInt64();
                v.StoreUnsafe(ref target, i);
            }
            canonical &= Vector256.Sum(outside >>> 63) == 0;
            return (int)i;
        }
    }
}
