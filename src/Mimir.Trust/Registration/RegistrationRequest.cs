using System.Security.Cryptography;

namespace Mimir.Trust.Registration;

/// <summary>What a node asks to be certified: its keys, the evidence for them, and a signature that shows that it holds the signing key.</summary>
/// <param name="PublicKeyInfo">ECDSA P-256 key, SubjectPublicKeyInfo.</param>
/// <param name="SealingPublicKey">X25519 key, 32 bytes.</param>
/// <param name="Record">The evidence, and the nonce and channel that the node believes it is for.</param>
/// <param name="Proof">Signature of the binding's SHA-512 by the key: ECDSA, SHA-256, DER.</param>
public sealed record RegistrationRequest(ReadOnlyMemory<byte> PublicKeyInfo, ReadOnlyMemory<byte> SealingPublicKey, AttestationRecord Record, ReadOnlyMemory<byte> Proof)
{
    /// <summary>The proof for a request.</summary>
    public static byte[] Prove(ECDsa key, AttestationRecord record, Role role, string name, ReadOnlySpan<byte> sealingPublicKey) =>
        key.SignData(record.Binding(role, name, key.ExportSubjectPublicKeyInfo(), sealingPublicKey).Sha512.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
