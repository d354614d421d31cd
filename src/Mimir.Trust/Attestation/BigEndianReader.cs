using System.Buffers.Binary;

namespace Mimir.Trust.Attestation;

/// <summary>Reads big-endian structures, a TPM's among them; once something does not fit, everything after reads as empty and <see cref="Failed"/> stays set.</summary>
internal ref struct BigEndianReader(ReadOnlyMemory<byte> bytes)
{
    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>Whether something did not fit.</summary>
    public bool Failed { get; private set; }

    /// <summary>Whether everything fitted and nothing is left.</summary>
    public readonly bool EndedWell => !Failed && _rest.IsEmpty;

    /// <summary>The next bytes.</summary>
    public ReadOnlyMemory<byte> Bytes(int count)
    {
        if (Failed || count > _rest.Length)
        {
            Failed = true;
            return ReadOnlyMemory<byte>.Empty;
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>A sized buffer (TPM2B), at most <paramref name="most"/> bytes.</summary>
    public ReadOnlyMemory<byte> Sized(int most)
    {
        int size = U16();
        if (size <= most) return Bytes(size);
        Failed = true;
        return ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>UINT8.</summary>
    public byte U8() => Bytes(1) is { Length: 1 } b ? b.Span[0] : (byte)0;

    /// <summary>UINT16.</summary>
    public ushort U16() => Bytes(2) is { Length: 2 } b ? BinaryPrimitives.ReadUInt16BigEndian(b.Span) : (ushort)0;

    /// <summary>UINT32.</summary>
    public uint U32() => Bytes(4) is { Length: 4 } b ? BinaryPrimitives.ReadUInt32BigEndian(b.Span) : 0;

    /// <summary>UINT64.</summary>
    public ulong U64() => Bytes(8) is { Length: 8 } b ? BinaryPrimitives.ReadUInt64BigEndian(b.Span) : 0;
}
