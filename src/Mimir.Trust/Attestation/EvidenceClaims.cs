namespace Mimir.Trust.Attestation;

/// <summary>What a piece of evidence states, typed per kind. In a <see cref="ValidVerdict"/> it is proven; anywhere else it is only what was read.</summary>
public abstract record EvidenceClaims
{
    /// <summary>The kind of evidence.</summary>
    public abstract EvidenceKind Kind { get; }

    /// <summary>The vendor's rating of the platform's versions where it publishes one (TDX: <c>UpToDate</c>, <c>OutOfDate</c>, ...), else null.</summary>
    public virtual string? TcbStatus => null;

    /// <summary>Every claim by name, see <see cref="ClaimFields"/>.</summary>
    public abstract ClaimFields Fields { get; }
}
