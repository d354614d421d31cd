using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>
/// Verifies TPM 2.0 quotes. The attestation key is given by itself, or by a certificate; certificates end in a root that is given too, whose hash becomes
/// a claim: no TPM vendor is pinned, and a policy must name the keys or roots that it accepts.
/// </summary>
public static class TpmVerifier
{
    private const string ExtendedKeyUsage = "2.5.29.37";

    /// <summary>Content of OID 2.23.133.8.1, tcg-kp-EKCertificate.</summary>
    private static ReadOnlySpan<byte> EndorsementPurpose => [0x06, 0x05, 0x67, 0x81, 0x05, 0x08, 0x01];

    private static readonly SignatureAlgorithm[] Algorithms = Enum.GetValues<SignatureAlgorithm>().Where(a => a != SignatureAlgorithm.Unknown).ToArray();

    /// <summary>The claims, as far as they can be read; proven if nothing was added to <paramref name="findings"/>.</summary>
    public static TpmClaims? Verify(Evidence evidence, VerificationContext context, Findings findings)
    {
        if (QuoteCheck.Read(evidence.Body, findings) is not { } quote) return null;
        BindingCheck.QualifyingData(quote.ExtraData.Span, context, findings);
        var pool = EndorsementPool.Of(evidence, findings);
        var signature = QuoteCheck.Signature(evidence, findings);
        var (key, certificate) = KeyOf(evidence, quote, signature, pool, findings);
        if (signature is { } bytes && key is { } signer) QuoteCheck.Signed(quote, bytes, signer, findings);
        var keyChain = certificate is null ? null : Chain(certificate, pool, context, findings);
        var endorsement = pool.Certificates.FirstOrDefault(IsEndorsementKey);
        var endorsementChain = endorsement is null ? null : Chain(endorsement, pool, context, findings);
        var banks = QuoteCheck.Values(quote, evidence, findings);
        return new TpmClaims(quote, banks, key, certificate is null ? TpmKeyTrust.Given : TpmKeyTrust.Certificate, keyChain, endorsementChain);
    }

    private static (ReadOnlyMemory<byte>? Key, ChainCertificate? Certificate) KeyOf(
        Evidence evidence, TpmQuote quote, ReadOnlyMemory<byte>? signature, EndorsementPool pool, Findings findings)
    {
        var given = evidence.PartsOf(EvidencePartKind.AttestationKey).ToArray();
        if (given.Length > 0)
        {
            if (given.Length > 1) findings.Add(TpmRefusals.KeyMissing, "Several attestation keys were given for one quote.");
            else if (PublicKeyKinds.Of(given[0]) == PublicKeyKind.Unknown) findings.Add(TpmRefusals.Key, "The attestation key is of a kind that is not accepted.");
            else return (given[0], null);
            return (null, null);
        }

        var leaves = pool.Certificates.Where(c => !c.Constraints.IsAuthority && !IsEndorsementKey(c)).ToArray();
        var certificate = leaves.FirstOrDefault(c => signature is { } bytes && TpmHashes.OfSigningLength(quote.PcrDigest.Length) is { } hash
            && TpmSignature.Verify(bytes, c.PublicKeyInfo, quote.Signed.Span, hash) == true) ?? leaves.FirstOrDefault();
        if (certificate is not null) return (certificate.PublicKeyInfo, certificate);
        findings.Add(TpmRefusals.KeyMissing, "The attestation key, or a certificate for it, was not given.");
        return (null, null);
    }

    private static CertifiedChain? Chain(ChainCertificate leaf, EndorsementPool pool, VerificationContext context, Findings findings)
    {
        var roots = pool.Certificates.Where(c => c.IsSelfIssued && c.Constraints.IsAuthority).Select(c => c.SpkiSha256).ToArray();
        return ChainVerifier.Verify(leaf, pool.Certificates, pool.Lists, new ChainRules { At = context.At, Roots = roots, Algorithms = Algorithms }, findings);
    }

    private static bool IsEndorsementKey(ChainCertificate certificate) =>
        certificate.Extension(ExtendedKeyUsage) is { } purposes && purposes.Span.IndexOf(EndorsementPurpose) >= 0;
}
