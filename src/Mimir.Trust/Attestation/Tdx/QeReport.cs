using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// The report of Intel's quoting enclave: an SGX report body (384 bytes) whose report data is SHA-256(attestation key ‖ authentication data) ‖ 32 zeros,
/// signed by the platform's PCK key (P-256, SHA-256).
/// </summary>
public sealed class QeReport
{
    /// <summary>Bytes of an SGX report body.</summary>
    public const int Length = 384;

    private readonly byte[] _bytes;
    private readonly byte[] _authentication;

    internal QeReport(ReadOnlySpan<byte> report, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> authentication)
    {
        _bytes = report.ToArray();
        _authentication = authentication.ToArray();
        Signature = signature.ToArray();
    }

    /// <summary>The 384 bytes that are signed.</summary>
    public ReadOnlyMemory<byte> Signed => _bytes;

    /// <summary>r ‖ s, each 32 bytes big-endian.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>SGX MISCSELECT, 4 bytes as they stand in the report.</summary>
    public ReadOnlyMemory<byte> MiscSelect => _bytes.AsMemory(0x10, 4);

    /// <summary>SGX attributes, 16 bytes.</summary>
    public ReadOnlyMemory<byte> Attributes => _bytes.AsMemory(0x30, 16);

    /// <summary>Hash of the key that signed the enclave.</summary>
    public ReadOnlyMemory<byte> MrSigner => _bytes.AsMemory(0x80, 32);

    /// <summary>The enclave's product number.</summary>
    public ushort IsvProdId => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(0x100));

    /// <summary>The enclave's security version.</summary>
    public ushort IsvSvn => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(0x102));

    /// <summary>Whether this report vouches for <paramref name="attestationKey"/>.</summary>
    public bool Names(ReadOnlySpan<byte> attestationKey)
    {
        Span<byte> expected = stackalloc byte[64];
        expected.Clear();
        SHA256.HashData([.. attestationKey, .. _authentication], expected);
        return expected.SequenceEqual(_bytes.AsSpan(0x140, 64));
    }
}
