namespace Mimir.Trust.Attestation;

/// <summary>Evidence that is not accepted, with every reason that was found.</summary>
public sealed class RefusedVerdict : Verdict
{
    internal RefusedVerdict(EvidenceKind kind, IReadOnlyList<Refusal> reasons, EvidenceClaims? read)
        : base(kind)
    {
        Reasons = reasons;
        Read = read;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Refusal> Reasons { get; }

    /// <inheritdoc/>
    public override EvidenceClaims? Read { get; }
}
