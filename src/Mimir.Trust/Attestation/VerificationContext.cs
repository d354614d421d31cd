namespace Mimir.Trust.Attestation;

/// <summary>What a verifier knows apart from the evidence. Verification is a pure function of both.</summary>
public sealed record VerificationContext
{
    /// <summary>The instant at which everything must be valid.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The kinds accepted; by default everything real.</summary>
    public AcceptedKinds Accepted { get; init; } = AcceptedKinds.Inspection;

    /// <summary>The registration to which the evidence must be bound, or null to leave that unchecked.</summary>
    public EvidenceBinding? Binding { get; init; }

    /// <summary>
    /// A plain nonce that the evidence must carry, or null. SNP, TDX: report_data is it, filled with zeros to 64 bytes. Nitro: nonce. TPM, Azure vTPM: extraData.
    /// </summary>
    public ReadOnlyMemory<byte>? Nonce { get; init; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo of the laboratory keys whose simulated evidence is accepted.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> LabKeys { get; init; } = [];
}
