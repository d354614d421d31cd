using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Nitro;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tdx;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Policies;

/// <summary>Which vendor vouches for evidence, and which machine it names.</summary>
public static class MachineIdentity
{
    /// <summary>amd, intel, aws, or null: a laboratory's evidence has no vendor's root.</summary>
    public static string? Vendor(EvidenceKind kind) => kind switch
    {
        EvidenceKind.Snp or EvidenceKind.AzureVtpm => "amd",
        EvidenceKind.Tdx => "intel",
        EvidenceKind.Nitro => "aws",
        _ => null,
    };

    /// <summary>
    /// The machine that the claims name, or null if they name none: SNP, the chip (unless masked); TDX, the platform instance; Nitro, the parent instance,
    /// since AWS does not tell the chip; TPM, the attestation key; simulated, the stated chip.
    /// </summary>
    public static string? Of(EvidenceClaims? claims) => claims switch
    {
        SnpClaims snp => Chip(snp),
        AzureClaims { Snp: { } snp } => Chip(snp),
        TdxClaims { Platform.PlatformInstance: { } instance } => $"intel platform {Hex(instance)}",
        NitroClaims nitro => $"aws instance {nitro.ModuleId.Split("-enc")[0]}",
        TpmClaims { AttestationKeySha256: { } key } => $"tpm {Hex(key)}",
        SimulatedClaims simulated => $"simulated {Hex(simulated.Statement.Chip)}",
        _ => null,
    };

    private static string? Chip(SnpClaims snp) => snp.IsChipMasked ? null : $"amd chip {Hex(snp.Report.ChipId)}";

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
