using System.Buffers.Binary;

namespace Mimir.Services.Attesting.Tpm;

/// <summary>Writes a TPM's structures: everything big-endian.</summary>
internal sealed class TpmWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>Appends 2 bytes each.</summary>
    public TpmWriter UInt16(params ReadOnlySpan<ushort> values)
    {
        Span<byte> bytes = stackalloc byte[2];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
            _bytes.AddRange(bytes);
        }
        return this;
    }

    /// <summary>Appends 4 bytes each.</summary>
    public TpmWriter UInt32(params ReadOnlySpan<uint> values)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            _bytes.AddRange(bytes);
        }
        return this;
    }

    /// <summary>Appends a TPM2B: length (2), content.</summary>
    public TpmWriter Sized(ReadOnlySpan<byte> content) => UInt16((ushort)content.Length).Bytes(content);

    /// <summary>Appends a selection of SHA-256 registers: count, algorithm, 3 bytes with a bit per register, the lowest register first.</summary>
    public TpmWriter Registers(uint selected)
    {
        Span<byte> map = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(map, selected);
        return UInt32(1).UInt16(TpmNumbers.Sha256).Bytes([3]).Bytes(map[..3]);
    }

    /// <summary>Appends content as it is.</summary>
    public TpmWriter Bytes(ReadOnlySpan<byte> content)
    {
        _bytes.AddRange(content);
        return this;
    }

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.ToArray();
}
