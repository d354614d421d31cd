using Mimir.Trust.Attestation;

namespace Mimir.Services.Attesting.Tpm;

/// <summary>
/// Evidence of a confidential machine in Azure (SEV-SNP): the report that its firmware left in the virtual TPM, and a quote by the key that the report vouches for, over the binding. The
/// certificates of the machine's chip come from <c>attestation.endorsements</c>.
/// Source: Microsoft, "Azure confidential VM guest attestation", vTPM-based evidence.
/// </summary>
/// <param name="address">As <see cref="TpmConnection.OpenAsync"/> takes it.</param>
/// <param name="registers">Bit i: register i.</param>
internal sealed class AzureVtpmProducer(string address, uint registers) : IEvidenceProducer
{
    /// <summary>Where the firmware leaves its report.</summary>
    public const uint ReportIndex = 0x01400001;

    /// <summary>The attestation key that the report names.</summary>
    public const uint KeyHandle = 0x81000003;

    /// <inheritdoc/>
    public async Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation)
    {
        byte[] report;
        await using (var tpm = await TpmConnection.OpenAsync(address, cancellation)) report = await tpm.ReadIndexAsync(ReportIndex, cancellation);
        var quoted = await new TpmProducer(address, registers, KeyHandle).ProduceAsync(binding, cancellation);
        return new Evidence(EvidenceKind.AzureVtpm, report, [new(EvidencePartKind.Quote, quoted.Body), .. quoted.Parts]);
    }
}
