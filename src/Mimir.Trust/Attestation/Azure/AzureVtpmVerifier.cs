using System.Security.Cryptography;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Attestation.Azure;

/// <summary>
/// Verifies quotes by the virtual TPM of Azure's confidential machines: the SEV-SNP report, made by the firmware at VMPL 0, signs SHA-256 of the
/// runtime data; these name the TPM's attestation key (HCLAkPub); that key signs the quote, whose extraData carries the binding.
/// </summary>
public static class AzureVtpmVerifier
{
    /// <summary>The claims, as far as they can be read; proven if nothing was added to <paramref name="findings"/>.</summary>
    public static AzureClaims? Verify(Evidence evidence, VerificationContext context, Findings findings)
    {
        if (HclReport.TryRead(evidence.Body, findings) is not { } hcl) return null;
        var snp = SnpVerifier.Verify(hcl.Report, evidence, context, findings, checkBinding: false);
        if (snp is not null)
        {
            var data = snp.Report.ReportData.Span;
            var signed = data[..32].SequenceEqual(SHA256.HashData(hcl.RuntimeData.Span)) && !data[32..].ContainsAnyExcept((byte)0);
            findings.Require(signed, AzureRefusals.RuntimeData, "The SNP report does not sign the runtime data.");
            findings.Require(snp.Report.Vmpl == 0, AzureRefusals.Vmpl, "The SNP report was not made by the firmware: its VMPL is not 0.");
        }

        var runtime = AzureRuntimeData.TryRead(hcl.RuntimeData);
        if (runtime is null) findings.Add(AzureRefusals.Key, "The runtime data name no attestation key that is understood.");
        return new AzureClaims(snp, Quote(evidence, context, runtime, findings), runtime);
    }

    private static TpmClaims? Quote(Evidence evidence, VerificationContext context, AzureRuntimeData? runtime, Findings findings)
    {
        var quotes = evidence.PartsOf(EvidencePartKind.Quote).ToArray();
        if (!findings.Require(quotes.Length == 1, AzureRefusals.QuoteMissing, "Exactly one quote of the vTPM is needed.")) return null;
        if (QuoteCheck.Read(quotes[0], findings) is not { } quote) return null;
        BindingCheck.QualifyingData(quote.ExtraData.Span, context, findings);
        foreach (var key in evidence.PartsOf(EvidencePartKind.AttestationKey))
            findings.Require(runtime is not null && key.Span.SequenceEqual(runtime.AttestationKey.Span), AzureRefusals.Key, "The attestation key given is not the one that the runtime data name.");
        if (QuoteCheck.Signature(evidence, findings) is { } signature && runtime is not null) QuoteCheck.Signed(quote, signature, runtime.AttestationKey, findings);
        return new TpmClaims(quote, QuoteCheck.Values(quote, evidence, findings), runtime?.AttestationKey, TpmKeyTrust.SnpReport, null, null);
    }
}
