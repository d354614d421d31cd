using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Packing;

/// <summary>
/// Eight elements in 50 bytes at a time, by byte permutations (AVX-512 VBMI). Element j starts at bit 2·(j mod 4) of byte 6·j + ⌊j/4⌋ and, so
/// shifted, takes seven bytes; the seventh is shared with the next element's first, unless j mod 4 = 3.
/// </summary>
internal static class PermutedPacking
{
    private const int Elements = 8;
    private const int BlockBytes = 50;
    private const int RegisterBytes = 64;
    private const byte Nothing = 7;

    // Byte 7 of a shifted element is zero: it stands for "nothing" below.
    public static readonly Vector512<byte> Gather = Permutation(static (lane, part) => part < 7 ? Start(lane) + part : RegisterBytes - 1);
    private static readonly Vector512<byte> First = Scatter(static part => part < 6);
    private static readonly Vector512<byte> Seventh = Scatter(static part => part == 6);
    public static readonly Vector512<ulong> Shifts = Vector512.Create(0UL, 2, 4, 6, 0, 2, 4, 6);

    public static bool IsSupported => Avx512Vbmi.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>Packs as many whole blocks as the destination has room to write registers for; returns the elements done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Pack(ReadOnlySpan<double> x, Span<byte> destination)
    {
        unchecked
        {
            ref double source = ref MemoryMarshal.GetReference(x);
            ref byte target = ref MemoryMarshal.GetReference(destination);
            Vector512<byte> first = First, seventh = Seventh;
            Vector512<ulong> shifts = Shifts;
            nuint i = 0, at = 0;
            for (; i + Elements <= (nuint)x.Length && at + RegisterBytes <= (nuint)destination.Length; i += Elements, at += BlockBytes)
            {
                Vector512<long> v = FieldLanes<Simd512, Vector512<double>, Vector512<long>>.ToLong(Vector512.LoadUnsafe(ref source, i));
                Vector512<byte> shifted = Avx512F.ShiftLeftLogicalVariable(v.AsUInt64(), shifts).AsByte();
                (Avx512Vbmi.PermuteVar64x8(shifted, first) | Avx512Vbmi.PermuteVar64x8(shifted, seventh)).StoreUnsafe(ref target, at);
            }
            return (int)i;
        }
    }

    /// <summary>Unpacks the blocks that can be read as whole registers; returns the elements done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Unpack(ReadOnlySpan<byte> packed, Span<double> destination, ref bool canonical)
    {
        unchecked
        {
            ref byte source = ref MemoryMarshal.GetReference(packed);
            ref double target = ref MemoryMarshal.GetReference(destination);
            Vector512<byte> gather = Gather;
            Vector512<ulong> shifts = Shifts;
            Vector512<long> mask = Vector512.Create((1L << FieldPacking.BitsPerElement) - 1), exponent = Vector512.Create(ExactProduct.TwoTo52Bits);
            Vector512<long> last = Vector512.Create(Field.Prime - 1), outside = default;
            Vector512<double> magic = Vector512.Create(ExactProduct.TwoTo52);
            nuint i = 0, at = 0;
            for (; i + Elements <= (nuint)destination.Length && at + RegisterBytes <= (nuint)packed.Length; i += Elements, at += BlockBytes)
            {
                Vector512<ulong> words = Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref source, at), gather).AsUInt64();
                Vector512<long> v = Avx512F.ShiftRightLogicalVariable(words, shifts).AsInt64() & mask;
                outside |= last - v;
                ((v | exponent).AsDouble() - magic).StoreUnsafe(ref target, i);
            }
            canonical &= Vector512.Sum(outside >>> 63) == 0;
            return (int)i;
        }
    }

    private static int Start(int lane) => 6 * lane + lane / 4;

    // For each of 64 bytes of the result, which byte of the argument it is.
    private static Vector512<byte> Permutation(Func<int, int, int> sourceOf)
    {
        Span<byte> indices = stackalloc byte[RegisterBytes];
        for (int i = 0; i < RegisterBytes; i++) indices[i] = (byte)sourceOf(i / Elements, i % Elements);
        return Vector512.Create<byte>(indices);
    }

    private static Vector512<byte> Scatter(Func<int, bool> includes)
    {
        Span<byte> indices = stackalloc byte[RegisterBytes];
        indices.Fill(Nothing);
        for (int lane = 0; lane < Elements; lane++)
            for (int part = 0; part < 7; part++)
                if (includes(part)) indices[Start(lane) + part] = (byte)(lane * Elements + part);
        return Vector512.Create<byte>(indices);
    }
}
