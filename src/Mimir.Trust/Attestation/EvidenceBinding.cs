using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mimir.Trust.Attestation;

/// <summary>
/// Ties evidence to one registration. With m = <c>"mimir/register/v1" ‖ len ‖ nonce ‖ len ‖ SPKI ‖ len ‖ node id ‖ len ‖ TLS exporter</c> (lengths u32 big-endian):
/// SNP, TDX: report_data = SHA-512(m). TPM and Azure vTPM: extraData = SHA-256(m). Nitro: nonce, public_key = SPKI, user_data = SHA-512(m).
/// Naming the node and the TLS channel keeps evidence from being relayed (CVE-2026-33697).
/// </summary>
public sealed class EvidenceBinding
{
    private static ReadOnlySpan<byte> Context => "mimir/register/v1"u8;

    private EvidenceBinding(byte[] nonce, byte[] publicKeyInfo, byte[] sha512, byte[] sha256)
    {
        Nonce = nonce;
        PublicKeyInfo = publicKeyInfo;
        Sha512 = sha512;
        Sha256 = sha256;
    }

    /// <summary>The verifier's one-time nonce.</summary>
    public ReadOnlyMemory<byte> Nonce { get; }

    /// <summary>The SubjectPublicKeyInfo, DER, of the key that registers.</summary>
    public ReadOnlyMemory<byte> PublicKeyInfo { get; }

    /// <summary>SHA-512(m), 64 bytes: report_data of SNP and TDX, user_data of Nitro.</summary>
    public ReadOnlyMemory<byte> Sha512 { get; }

    /// <summary>SHA-256(m), 32 bytes: qualifying data of a TPM quote.</summary>
    public ReadOnlyMemory<byte> Sha256 { get; }

    /// <summary>The binding of one registration.</summary>
    /// <param name="nonce">The verifier's one-time nonce.</param>
    /// <param name="publicKeyInfo">SubjectPublicKeyInfo of the registering key, DER.</param>
    /// <param name="nodeId">The node's identifier, UTF-8.</param>
    /// <param name="tlsExporter">Keying material exported from the TLS channel of the registration (RFC 9266), empty where there is none.</param>
    public static EvidenceBinding Of(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> publicKeyInfo, ReadOnlySpan<byte> nodeId, ReadOnlySpan<byte> tlsExporter)
    {
        var message = new MemoryStream();
        message.Write(Context);
        Put(message, nonce);
        Put(message, publicKeyInfo);
        Put(message, nodeId);
        Put(message, tlsExporter);
        var bytes = message.ToArray();
        return new EvidenceBinding(nonce.ToArray(), publicKeyInfo.ToArray(), SHA512.HashData(bytes), SHA256.HashData(bytes));
    }

    private static void Put(MemoryStream message, ReadOnlySpan<byte> content)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        message.Write(length);
        message.Write(content);
    }
}
