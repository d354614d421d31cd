using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mimir.Numerics.Packing;

namespace Mimir.Numerics.Simd;

/// <summary>What all loads of packed elements have in common.</summary>
internal static class PackedLoads
{
    /// <summary>Bytes behind the last element that must be readable.</summary>
    public const int BytesBehind = 64;

    public const ulong Mask = (1UL << FieldPacking.BitsPerElement) - 1;

    /// <summary>Byte at which element <paramref name="index"/>, a multiple of four, begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Start(nuint index) => unchecked(index * 25) >> 2;
}

/// <summary>One at a time.</summary>
internal readonly struct PackedScalar : IPackedLoads<PackedScalar, double>
{
    public static PackedScalar Create() => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Load(ref byte source, nuint index)
    {
        nuint bit = unchecked(index * FieldPacking.BitsPerElement);
        ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, bit >> 3));
        if (!BitConverter.IsLittleEndian) word = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
        return word >> (int)(bit & 7) & PackedLoads.Mask;
    }
}

/// <summary>Two at a time, on any machine with 128-bit registers.</summary>
internal readonly struct Packed128 : IPackedLoads<Packed128, Vector128<double>>
{
    public static Packed128 Create() => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<double> Load(ref byte source, nuint index) =>
        Vector128.Create(default(PackedScalar).Load(ref source, index), default(PackedScalar).Load(ref source, index + 1));
}

/// <summary>Four at a time, 25 bytes (AVX2): two from each half of a register, the second of which begins at byte 12.</summary>
internal readonly struct Packed256 : IPackedLoads<Packed256, Vector256<double>>
{
    private const int SecondHalf = 12;
    private readonly Vector256<byte> _gather;
    private readonly Vector256<ulong> _shifts;
    private readonly Vector256<ulong> _mask;
    private readonly Vector256<double> _magic;

    private Packed256(Vector128<byte> gather)
    {
        _gather = Vector256.Create(gather, gather);
        _shifts = Vector256.Create(0UL, 2, 4, 6);
        _mask = Vector256.Create(PackedLoads.Mask);
        _magic = Vector256.Create(ExactProduct.TwoTo52);
    }

    public static Packed256 Create() => new(Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 15, 6, 7, 8, 9, 10, 11, 12, 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<double> Load(ref byte source, nuint index)
    {
        nuint at = PackedLoads.Start(index);
        Vector256<byte> bytes = Vector256.Create(Vector128.LoadUnsafe(ref source, at), Vector128.LoadUnsafe(ref source, at + SecondHalf));
        Vector256<ulong> words = Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(bytes, _gather).AsUInt64(), _shifts);
        return (words & _mask | _magic.AsUInt64()).AsDouble() - _magic;
    }
}

/// <summary>Eight at a time, 50 bytes (AVX-512 VBMI); see <see cref="PermutedPacking"/>.</summary>
internal readonly struct Packed512 : IPackedLoads<Packed512, Vector512<double>>
{
    private readonly Vector512<byte> _gather;
    private readonly Vector512<ulong> _shifts;
    private readonly Vector512<ulong> _mask;
    private readonly Vector512<double> _magic;

    private Packed512(Vector512<byte> gather)
    {
        _gather = gather;
        _shifts = PermutedPacking.Shifts;
        _mask = Vector512.Create(PackedLoads.Mask);
        _magic = Vector512.Create(ExactProduct.TwoTo52);
    }

    public static bool IsSupported => PermutedPacking.IsSupported;

    public static Packed512 Create() => new(PermutedPacking.Gather);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> Load(ref byte source, nuint index)
    {
        Vector512<ulong> words = Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref source, PackedLoads.Start(index)), _gather).AsUInt64();
        return (Avx512F.ShiftRightLogicalVariable(words, _shifts) & _mask | _magic.AsUInt64()).AsDouble() - _magic;
    }
}
