using System.Security.Cryptography;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Nitro;

/// <summary>
/// Verifies a Nitro attestation document: the leaf signs the COSE_Sign1 with ES384; leaf and cabundle lead to AWS's root, pinned by us; the leaf, which
/// lives for about three hours, is valid now.  Source: aws-nitro-enclaves-nsm-api, docs/attestation_process.md.
/// </summary>
internal static class NitroVerifier
{
    /// <summary>Refusal: the leaf did not sign the document.</summary>
    public const string Signature = "nitro.signature";

    /// <summary>Refusal: a certificate was given that has nothing to do with the document.</summary>
    public const string Endorsement = "nitro.endorsement";

    private const int LongestChain = 8;

    /// <summary>The document's claims; null when it cannot be read. Every reason against it is added to <paramref name="findings"/>.</summary>
    public static EvidenceClaims? Verify(Evidence evidence, VerificationContext context, Findings findings)
    {
        if (findings.Read(() => CoseSign1.Parse(evidence.Body)) is not { } cose) return null;
        if (findings.Read(() => NitroDocument.Parse(cose.Payload)) is not { } document) return null;
        var pool = EndorsementPool.Read(document.Bundle.Select(der => (ReadOnlyMemory<byte>)der), evidence.PartsOf(EvidencePartKind.RevocationList), findings);
        foreach (var given in evidence.PartsOf(EvidencePartKind.Certificate))
            findings.Require(
                pool.Certificates.Any(c => c.Raw.Span.SequenceEqual(given.Span)), Endorsement, "A certificate was given that is not in the document's chain.");
        if (ChainCertificate.TryRead(document.Certificate) is { } leaf)
        {
            findings.Require(IsSigned(cose, leaf), Signature, "The document is not signed by its certificate's key.");
            ChainVerifier.Verify(leaf, pool.Certificates, pool.Lists, Rules(context.At), findings);
        }
        else
        {
            findings.Add(ChainRefusals.Malformed, "The document's certificate cannot be read.");
        }

        var claims = Claims(document);
        CheckBinding(claims, context, findings);
        return claims;
    }

    private static bool IsSigned(CoseSign1 cose, ChainCertificate leaf) =>
        PublicKeyKinds.Of(leaf.PublicKeyInfo) == PublicKeyKind.P384
        && PublicKeySignature.Ecdsa(
            leaf.PublicKeyInfo, cose.ToBeSigned(), cose.Signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static NitroClaims Claims(NitroDocument document) => new()
    {
        ModuleId = document.ModuleId,
        Digest = document.Digest,
        Timestamp = document.Timestamp,
        Pcrs = document.Pcrs.ToDictionary(pcr => pcr.Key, pcr => (ReadOnlyMemory<byte>)pcr.Value),
        PublicKey = Optional(document.PublicKey),
        UserData = Optional(document.UserData),
        Nonce = Optional(document.Nonce),
    };

    /// <summary>nonce = the verifier's; public_key = the registering key; user_data = SHA-512 of the binding.</summary>
    private static void CheckBinding(NitroClaims claims, VerificationContext context, Findings findings)
    {
        if ((context.Nonce ?? context.Binding?.Nonce) is { } nonce)
            findings.Require(Same(claims.Nonce, nonce), BindingCheck.Nonce, "The document's nonce is not the expected one.");
        if (context.Binding is { } binding)
            findings.Require(
                Same(claims.Nonce, binding.Nonce) & Same(claims.PublicKey, binding.PublicKeyInfo) & Same(claims.UserData, binding.Sha512),
                BindingCheck.Registration,
                "The document does not bind this key, node and connection.");
    }

    private static bool Same(ReadOnlyMemory<byte>? found, ReadOnlyMemory<byte> expected) =>
        found is { } bytes && CryptographicOperations.FixedTimeEquals(bytes.Span, expected.Span);

    private static ReadOnlyMemory<byte>? Optional(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;

    private static ChainRules Rules(DateTimeOffset at) => new()
    {
        At = at,
        Roots = [PinnedRoots.AwsNitro],
        Algorithms = [SignatureAlgorithm.EcdsaSha384],
        Longest = LongestChain,
    };
}
