using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Attestation.Azure;

/// <summary>What a quote by Azure's vTPM states, and the SNP report under it.</summary>
/// <param name="Snp">The report of the machine's firmware.</param>
/// <param name="Tpm">The quote; null if it could not be read.</param>
/// <param name="Runtime">The firmware's runtime data; null if they could not be read.</param>
public sealed record AzureClaims(SnpClaims? Snp, TpmClaims? Tpm, AzureRuntimeData? Runtime) : EvidenceClaims
{
    /// <inheritdoc/>
    public override EvidenceKind Kind => EvidenceKind.AzureVtpm;

    /// <summary>The quote's claims, then <c>snp</c> with the report's, then the firmware's.</summary>
    public override ClaimFields Fields
    {
        get
        {
            var fields = Tpm?.Fields ?? [];
            if (Snp?.Product is { } product) fields.Add("product", product.ToName());
            if (Snp is not null) fields.Add("snp", Snp.Fields);
            if (Runtime?.SecureBoot is { } boot) fields.Add("secure_boot", boot);
            if (Runtime?.ConsoleEnabled is { } console) fields.Add("console_enabled", console);
            if (Runtime?.VirtualMachineId is { } id) fields.Add("vm_id", id);
            if (Runtime?.UserData is { } data) fields.Add("user_data", data);
            return fields;
        }
    }
}
