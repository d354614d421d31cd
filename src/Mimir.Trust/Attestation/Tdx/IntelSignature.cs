using System.Security.Cryptography;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>ECDSA on P-256 with SHA-256 and raw signatures (r ‖ s), as everywhere in a quote and its collateral.</summary>
internal static class IntelSignature
{
    /// <summary>SubjectPublicKeyInfo of a P-256 key up to its point x ‖ y.</summary>
    private static readonly byte[] P256Prefix = Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

    /// <summary>Whether the key with the point x ‖ y (64 bytes) signed <paramref name="message"/>.</summary>
    public static bool ByPoint(ReadOnlyMemory<byte> point, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature) =>
        ByKey((byte[])[.. P256Prefix, .. point.Span], message, signature);

    /// <summary>Whether the P-256 key in <paramref name="publicKeyInfo"/> signed <paramref name="message"/>.</summary>
    public static bool ByKey(ReadOnlyMemory<byte> publicKeyInfo, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature) =>
        PublicKeyKinds.Of(publicKeyInfo) == PublicKeyKind.P256
        && PublicKeySignature.Ecdsa(publicKeyInfo, message.Span, signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
}
