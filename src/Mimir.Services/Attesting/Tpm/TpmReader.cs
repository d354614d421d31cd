using System.Buffers.Binary;

namespace Mimir.Services.Attesting.Tpm;

/// <summary>Reads the parameters of a TPM's answer, big-endian, and refuses what is shorter than it says.</summary>
internal ref struct TpmReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>2 bytes.</summary>
    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>4 bytes.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>A TPM2B's content.</summary>
    public ReadOnlySpan<byte> Sized() => Take(UInt16());

    /// <summary>The next <paramref name="length"/> bytes.</summary>
    /// <exception cref="AttestingException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length) throw new AttestingException("The TPM's answer is shorter than it says; the device is broken or is no TPM 2.0.");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
