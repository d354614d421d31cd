using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Nitro;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tdx;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Attestation;

/// <summary>
/// The one entry to all verifiers. A pure function: no input or output, no clock, no system trust store. Whatever is not understood is refused.
/// The verdict says that the evidence is genuine and current; whether its claims are acceptable is the policy's question.
/// </summary>
public static class EvidenceVerifier
{
    /// <summary>Refusal: this kind is not among those accepted.</summary>
    public const string KindNotAccepted = "kind.not-accepted";

    /// <summary>Refusal: nothing here verifies this kind.</summary>
    public const string KindUnsupported = "kind.unsupported";

    /// <summary>Checks <paramref name="evidence"/> against all that <paramref name="context"/> demands. Never throws on any bytes.</summary>
    public static Verdict Verify(Evidence evidence, VerificationContext context)
    {
        var findings = new Findings();
        if (!context.Accepted.Contains(evidence.Kind))
        {
            var kind = Enum.IsDefined(evidence.Kind) ? evidence.Kind.ToName() : "unknown";
            findings.Add(KindNotAccepted, $"Evidence of the kind '{kind}' is not accepted here; accepted: {string.Join(", ", context.Accepted.Kinds.Select(k => k.ToName()))}.");
            return new RefusedVerdict(evidence.Kind, findings.Reasons, null);
        }

        EvidenceClaims? claims = evidence.Kind switch
        {
            EvidenceKind.Snp => SnpVerifier.Verify(evidence, context, findings),
            EvidenceKind.Tdx => TdxVerifier.Verify(evidence, context, findings),
            EvidenceKind.Nitro => NitroVerifier.Verify(evidence, context, findings),
            EvidenceKind.Tpm => TpmVerifier.Verify(evidence, context, findings),
            EvidenceKind.AzureVtpm => AzureVtpmVerifier.Verify(evidence, context, findings),
            EvidenceKind.Simulated => SimulatedVerifier.Verify(evidence, context, findings),
            _ => Unsupported(evidence, findings),
        };
        return Verdict.Of(evidence.Kind, findings, claims);
    }

    private static EvidenceClaims? Unsupported(Evidence evidence, Findings findings)
    {
        findings.Add(KindUnsupported, $"Evidence of the kind '{evidence.Kind.ToName()}' cannot be verified by this program.");
        return null;
    }
}
