using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>Verifies Intel's collateral at one instant and judges a platform, its TDX module and its quoting enclave by it.</summary>
internal sealed class CollateralJudge(TdxCollateral collateral, EndorsementPool pool, DateTimeOffset at, Findings findings)
{
    private const string SignerName = "Intel SGX TCB Signing";

    /// <summary>The judgement; null without trustworthy collateral for this platform. Whatever no level covers, or is revoked, is a finding.</summary>
    public TdxTcb? Judge(TdxQuote quote, PckExtension pck)
    {
        var info = Newest(collateral.TcbInfos.Where(i => i.Fmspc.AsSpan().SequenceEqual(pck.Fmspc.Span) && i.PceId.AsSpan().SequenceEqual(pck.PceId.Span)), i => i.Issued);
        var identity = Newest(collateral.QeIdentities, i => i.Issued);
        if (!IsTrusted(info?.Json, info?.Issued, info?.NextUpdate, $"TCB info for the platform type {Convert.ToHexStringLower(pck.Fmspc.Span)}")
            | !IsTrusted(identity?.Json, identity?.Issued, identity?.NextUpdate, "QE identity")) return null;
        return Judge(info!, identity!, quote.Report, quote.QeReport, pck, findings);
    }

    /// <summary>The judgement by trusted collateral of the right platform type.</summary>
    public static TdxTcb Judge(TcbInfo info, QeIdentity identity, TdReport report, QeReport qeReport, PckExtension pck, Findings findings)
    {
        var platform = findings.Read(() => info.Platform(pck, report)
            ?? throw new RefusedException(TdxRefusals.TcbUnsupported, "No TCB level covers the platform: its versions are below every level."));
        TcbJudgement? module = null;
        var moduleCovered = findings.Attempt(() => module = info.Module(report));
        var enclave = findings.Read(() => identity.Judge(qeReport));
        var tcb = new TdxTcb
        {
            Platform = platform,
            Module = module,
            QuotingEnclave = enclave,
            IsSupported = platform is not null && moduleCovered && enclave is not null,
            EvaluationDataNumber = Math.Min(info.EvaluationDataNumber, identity.EvaluationDataNumber),
        };
        findings.Require(tcb.Status != TcbStatus.Revoked, TdxRefusals.TcbRevoked, "Intel has revoked the TCB level of this platform.");
        return tcb;
    }

    /// <summary>The last issued; of what is not yet valid only if there is nothing else.</summary>
    private T? Newest<T>(IEnumerable<T> candidates, Func<T, DateTimeOffset> issued)
        where T : class => candidates.OrderBy(c => issued(c) <= at).ThenBy(issued).LastOrDefault();

    private bool IsTrusted(SignedJson? json, DateTimeOffset? issued, DateTimeOffset? nextUpdate, string what)
    {
        if (json is null) return findings.Add(TdxRefusals.CollateralMissing, $"No {what} was given; fetch it from Intel's provisioning service.");
        var current = findings.Require(at >= issued, TdxRefusals.CollateralNotYetValid, $"The {what} is valid from {issued:u}, after {at.ToUniversalTime():u}.")
            & findings.Require(at <= nextUpdate, TdxRefusals.CollateralOutdated, $"The {what} was valid until {nextUpdate:u}, before {at.ToUniversalTime():u}; fetch the current one.");
        var signer = pool.Certificates
            .Where(c => c.Name == SignerName && IntelSignature.ByKey(c.PublicKeyInfo, json.Text, json.Signature))
            .MaxBy(c => c.NotBefore <= at && at <= c.NotAfter);
        if (signer is null) return findings.Add(TdxRefusals.CollateralSignature, $"The {what} is not signed by a certificate '{SignerName}' that was given.");
        return ChainVerifier.Verify(signer, pool.Certificates, pool.Lists, TdxVerifier.Rules(at), findings) is not null && current;
    }
}
