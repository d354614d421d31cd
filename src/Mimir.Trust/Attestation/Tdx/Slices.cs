using System.Buffers.Binary;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>Consecutive parts of a quote; every length is checked against what is there.</summary>
internal ref struct Slices(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes taken so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not taken yet.</summary>
    public readonly ReadOnlySpan<byte> Remaining => _bytes[Position..];

    /// <summary>The next <paramref name="length"/> bytes.</summary>
    /// <exception cref="RefusedException">Fewer are left.</exception>
    public ReadOnlySpan<byte> Take(long length, string what)
    {
        if (length > Remaining.Length) throw new RefusedException(TdxRefusals.Size, $"{what}: {length} bytes announced, {Remaining.Length} are left.");
        var taken = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    /// <summary>A number of two bytes, little-endian.</summary>
    public ushort UInt16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));

    /// <summary>A number of four bytes, little-endian.</summary>
    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    /// <summary>u16 <paramref name="tag"/> ‖ u32 size ‖ the content, which is returned.</summary>
    public ReadOnlySpan<byte> Tagged(ushort tag, string what)
    {
        var found = UInt16(what);
        if (found != tag) throw new RefusedException(TdxRefusals.CertificationType, $"{what}: type {found}, expected {tag}.");
        return Take(UInt32(what), what);
    }

    /// <summary>Nothing may be left.</summary>
    public readonly void End(string what)
    {
        if (!Remaining.IsEmpty) throw new RefusedException(TdxRefusals.Size, $"{what}: {Remaining.Length} bytes more than its parts.");
    }
}
