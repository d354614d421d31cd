using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// Verifies a TDX quote: attestation key → quote; quoting enclave's report → attestation key; PCK key → that report; PCK chain → Intel's root, with both
/// revocation lists; then what Intel's signed collateral says of platform, TDX module and quoting enclave. Missing or outdated collateral refuses.
/// Source: Intel TDX DCAP quoting library API, and quote verification library.
/// </summary>
internal static class TdxVerifier
{
    private const string PckName = "Intel SGX PCK Certificate";

    /// <summary>The quote's claims; null when it cannot be read. Every reason against it is added to <paramref name="findings"/>.</summary>
    public static EvidenceClaims? Verify(Evidence evidence, VerificationContext context, Findings findings)
    {
        if (findings.Read(() => TdxQuote.Parse(evidence.Body.Span)) is not { } quote) return null;
        findings.Require(
            IntelSignature.ByPoint(quote.AttestationKey, quote.Signed, quote.Signature), TdxRefusals.Signature, "The quote is not signed by its attestation key.");
        findings.Require(
            quote.QeReport.Names(quote.AttestationKey.Span), TdxRefusals.QeBinding, "The quoting enclave's report does not vouch for the attestation key.");
        BindingCheck.ReportData(quote.Report.ReportData.Span, context, findings);
        var logged = ReplayEventLogs(evidence, quote.Report, findings);
        var collateral = ReadCollateral(evidence, findings);
        var pool = EndorsementPool.Read(
            [.. quote.PckChain, .. evidence.PartsOf(EvidencePartKind.Certificate), .. collateral.Certificates],
            [.. evidence.PartsOf(EvidencePartKind.RevocationList), .. collateral.RevocationLists],
            findings);
        RequireGenuine(pool.Certificates, findings);
        var platform = VerifyPck(quote, pool, context, findings);
        return new TdxClaims
        {
            Version = quote.Version,
            Report = quote.Report,
            Platform = platform,
            Tcb = platform is null ? null : new CollateralJudge(collateral, pool, context.At, findings).Judge(quote, platform),
            EventLogReplayed = logged,
        };
    }

    private static TdxCollateral ReadCollateral(Evidence evidence, Findings findings)
    {
        var collateral = new TdxCollateral();
        foreach (var file in evidence.PartsOf(EvidencePartKind.Collateral))
            findings.Attempt(() => collateral.Add(file));
        return collateral;
    }

    /// <summary>Also a certificate that nothing needs must be signed by one that was given: no altered byte passes.</summary>
    private static void RequireGenuine(IReadOnlyList<ChainCertificate> certificates, Findings findings)
    {
        foreach (var certificate in certificates)
            findings.Require(
                certificates.Any(i => i.Subject.Span.SequenceEqual(certificate.Issuer.Span) && i.Signed(certificate.Algorithm, certificate.ToBeSigned, certificate.Signature)),
                ChainRefusals.Signature,
                $"The certificate '{certificate.Name}' is not signed by any that was given.");
    }

    /// <summary>The chain is the quote's own; only its root may come from elsewhere.</summary>
    private static PckExtension? VerifyPck(TdxQuote quote, EndorsementPool pool, VerificationContext context, Findings findings)
    {
        ChainCertificate[] chain = [.. quote.PckChain.Select(der => ChainCertificate.TryRead(der)).OfType<ChainCertificate>()];
        if (chain.Length < quote.PckChain.Count) return null;
        var leaf = chain[0];
        findings.Require(
            IntelSignature.ByKey(leaf.PublicKeyInfo, quote.QeReport.Signed, quote.QeReport.Signature),
            TdxRefusals.QeSignature,
            "The quoting enclave's report is not signed by the platform's PCK key.");
        findings.Require(leaf.Name == PckName, TdxRefusals.NotPck, $"The first certificate of the quote's chain is not an '{PckName}'.");
        ChainVerifier.Verify(leaf, [.. chain, .. pool.Certificates.Where(c => c.IsSelfIssued)], pool.Lists, Rules(context.At), findings);
        if (leaf.Extension(PckExtension.Oid) is { } extension) return findings.Read(() => PckExtension.Parse(extension));
        findings.Add(TdxRefusals.PckExtension, "The PCK certificate lacks Intel's extension.");
        return null;
    }

    private static bool ReplayEventLogs(Evidence evidence, TdReport report, Findings findings)
    {
        var logs = evidence.PartsOf(EvidencePartKind.EventLog).ToArray();
        foreach (var log in logs)
        {
            var replayed = findings.Read(() => EventLog.Replay(log.Span));
            for (var i = 0; replayed is not null && i < replayed.Length; i++)
                findings.Require(
                    report.Rtmr(i).Span.SequenceEqual(replayed[i]), TdxRefusals.EventLog, $"The event log does not lead to the value of RTMR{i}.");
        }

        return logs.Length > 0;
    }

    /// <summary>Intel's chains: ECDSA with SHA-256 to the one root, every issuer with a current revocation list.</summary>
    internal static ChainRules Rules(DateTimeOffset at) => new()
    {
        At = at,
        Roots = [PinnedRoots.IntelSgx],
        Algorithms = [SignatureAlgorithm.EcdsaSha256],
        RevocationRequired = true,
        Longest = 3,
    };
}
