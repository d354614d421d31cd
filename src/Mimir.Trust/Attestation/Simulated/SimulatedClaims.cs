using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Simulated;

/// <summary>What a simulated statement says. It proves that a laboratory's key signed it, and nothing about any machine.</summary>
/// <param name="Statement">The statement.</param>
public sealed record SimulatedClaims(SimulatedStatement Statement) : EvidenceClaims
{
    /// <inheritdoc/>
    public override EvidenceKind Kind => EvidenceKind.Simulated;

    /// <summary>SHA-256 of the laboratory key's SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> LabKeySha256 => SHA256.HashData(Statement.LabKey.Span);

    /// <inheritdoc/>
    public override ClaimFields Fields => new()
    {
        { "report_data", Statement.ReportData },
        { "measurement", Statement.Measurement },
        { "chip_id", Statement.Chip },
        { "lab_key_spki_sha256", LabKeySha256 },
    };
}
