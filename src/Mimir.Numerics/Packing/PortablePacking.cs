using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics.Packing;

/// <summary>Four elements in 25 bytes at a time, by 64-bit integers.</summary>
internal static class PortablePacking
{
    private const int Elements = 4;
    private const int GroupBytes = 25;
    private const ulong Mask = (1UL << FieldPacking.BitsPerElement) - 1;

    public static void Pack(ReadOnlySpan<double> x, Span<byte> destination)
    {
        for (; x.Length >= Elements; x = x[Elements..], destination = destination[GroupBytes..]) PackGroup(x, destination);
        if (x.IsEmpty) return;
        Span<double> last = stackalloc double[Elements];
        Span<byte> bytes = stackalloc byte[GroupBytes];
        last.Clear();
        x.CopyTo(last);
        PackGroup(last, bytes);
        bytes[..destination.Length].CopyTo(destination);
        last.Clear();
        bytes.Clear();
    }

    public static void Unpack(ReadOnlySpan<byte> packed, Span<double> destination, ref bool canonical)
    {
        ulong outside = 0;
        for (; destination.Length >= Elements; destination = destination[Elements..], packed = packed[GroupBytes..])
            outside |= UnpackGroup(packed, destination);
        if (!destination.IsEmpty)
        {
            Span<double> last = stackalloc double[Elements];
            Span<byte> bytes = stackalloc byte[GroupBytes];
            bytes.Clear();
            packed.CopyTo(bytes);
            outside |= UnpackGroup(bytes, last);
            last[..destination.Length].CopyTo(destination);
            // Bits behind the last element read as elements that do not exist.
            for (int j = destination.Length; j < Elements; j++) outside |= unchecked((ulong)-(long)last[j]);
            last.Clear();
            bytes.Clear();
        }
        canonical &= outside >> 63 == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackGroup(ReadOnlySpan<double> x, Span<byte> destination)
    {
        ulong a = ToInteger(x[0]), b = ToInteger(x[1]), c = ToInteger(x[2]), d = ToInteger(x[3]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination, a | b << 50);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], b >> 14 | c << 36);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], c >> 28 | d << 22);
        destination[24] = unchecked((byte)(d >> 42));
    }

    // The sign bit of the result says that an element is p or more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong UnpackGroup(ReadOnlySpan<byte> packed, Span<double> destination)
    {
        ulong u = BinaryPrimitives.ReadUInt64LittleEndian(packed);
        ulong v = BinaryPrimitives.ReadUInt64LittleEndian(packed[8..]);
        ulong w = BinaryPrimitives.ReadUInt64LittleEndian(packed[16..]);
        return ToElement(u & Mask, out destination[0])
            | ToElement((u >> 50 | v << 14) & Mask, out destination[1])
            | ToElement((v >> 36 | w << 28) & Mask, out destination[2])
            | ToElement(w >> 22 | (ulong)packed[24] << 42, out destination[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ToInteger(double x) => (ulong)BitConverter.DoubleToInt64Bits(x + ExactProduct.TwoTo52) & Mask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ToElement(ulong word, out double element)
    {
        element = BitConverter.UInt64BitsToDouble(word | (ulong)ExactProduct.TwoTo52Bits) - ExactProduct.TwoTo52;
        return unchecked(Field.Prime - 1 - word);
    }
}
