using Mimir.Numerics.Packing;

namespace Mimir.Numerics;

/// <summary>
/// Field elements as bytes, 50 bits each: element j of a vector is bits [50·j, 50·j + 50) of one little-endian number, so that four
/// elements fill 25 bytes. Bits behind the last element are zero. A vector has exactly one packed form, the same on every machine.
/// Constant time. Allocates nothing.
/// </summary>
public static class FieldPacking
{
    /// <summary>Bits of an element.</summary>
    public const int BitsPerElement = 50;

    /// <summary>Bytes of <paramref name="elements"/> ≥ 0 packed together: ⌈50·elements / 8⌉.</summary>
    /// <exception cref="OverflowException">More than fit.</exception>
    public static int Bytes(int elements) => checked((int)Bytes((long)elements));

    /// <inheritdoc cref="Bytes(int)"/>
    public static long Bytes(long elements) => checked(elements * BitsPerElement + 7) / 8;

    /// <summary>destination = x, packed.</summary>
    /// <param name="x">Canonical elements (see <see cref="Field"/>).</param>
    /// <param name="destination">Bytes(x.Length) bytes. Must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Pack(ReadOnlySpan<double> x, Span<byte> destination)
    {
        RequireLengths(x.Length, destination.Length);
        int done = PermutedPacking.IsSupported ? PermutedPacking.Pack(x, destination) : ShuffledPacking.IsSupported ? ShuffledPacking.Pack(x, destination) : 0;
        PortablePacking.Pack(x[done..], destination[Bytes(done)..]);
    }

    /// <summary>
    /// destination = the elements in <paramref name="packed"/>. False when that is not the packed form of a vector: an element is not below
    /// p, or a bit behind the last is set; the destination then holds no meaningful values. Reads everything whatever it finds.
    /// </summary>
    /// <param name="packed">Bytes(destination.Length) bytes from anywhere. Must not overlap the destination.</param>
    /// <param name="destination">Canonical elements when true.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, Span<double> destination)
    {
        RequireLengths(destination.Length, packed.Length);
        bool canonical = true;
        int done = PermutedPacking.IsSupported ? PermutedPacking.Unpack(packed, destination, ref canonical)
            : ShuffledPacking.IsSupported ? ShuffledPacking.Unpack(packed, destination, ref canonical) : 0;
        PortablePacking.Unpack(packed[Bytes(done)..], destination[done..], ref canonical);
        return canonical;
    }

    private static void RequireLengths(int elements, int bytes)
    {
        if (bytes != Bytes((long)elements))
            throw new ArgumentException($"{elements} elements take {Bytes((long)elements)} bytes packed, not {bytes}.");
    }
}
