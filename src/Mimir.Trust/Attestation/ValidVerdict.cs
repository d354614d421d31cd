namespace Mimir.Trust.Attestation;

/// <summary>Evidence that verified. Holding it is the proof that the checks were made: only <see cref="EvidenceVerifier"/> makes one.</summary>
public sealed class ValidVerdict : Verdict
{
    internal ValidVerdict(EvidenceClaims claims)
        : base(claims.Kind) => Claims = claims;

    /// <summary>The proven claims.</summary>
    public EvidenceClaims Claims { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Refusal> Reasons => [];

    /// <inheritdoc/>
    public override EvidenceClaims Read => Claims;
}
