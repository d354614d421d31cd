namespace Mimir.Trust.Attestation;

/// <summary>What <see cref="EvidenceVerifier"/> found: a <see cref="ValidVerdict"/> or a <see cref="RefusedVerdict"/>. Nothing else makes one.</summary>
public abstract class Verdict
{
    private protected Verdict(EvidenceKind kind) => Kind = kind;

    /// <summary>The kind of evidence that was examined.</summary>
    public EvidenceKind Kind { get; }

    /// <summary>Whether every check passed.</summary>
    public bool IsValid => this is ValidVerdict;

    /// <summary>Every reason found against the evidence; empty exactly when it is valid.</summary>
    public abstract IReadOnlyList<Refusal> Reasons { get; }

    /// <summary>What was read, proven only when <see cref="IsValid"/>; null when the evidence could not be read.</summary>
    public abstract EvidenceClaims? Read { get; }

    /// <summary>Valid claims if nothing was found against them, else a refusal.</summary>
    internal static Verdict Of(EvidenceKind kind, Findings findings, EvidenceClaims? read)
    {
        if (!findings.None) return new RefusedVerdict(kind, findings.Reasons, read);
        return read is not null
            ? new ValidVerdict(read)
            : throw new InvalidOperationException("A verifier found nothing against evidence that it did not read.");
    }
}
