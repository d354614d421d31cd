using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>
/// Rules for Azure's virtual TPM: registers of the SHA-256 bank and the measurement of the firmware's SNP report, per role; the machine itself by the
/// rules of the section <c>snp</c>.
/// </summary>
internal sealed class AzureRules : KindRules
{
    private const string Name = "azure-vtpm", Firmware = "measurement";

    private readonly RegisterSets _measurements;
    private readonly SnpRules _machine;

    /// <summary>Reads the section; <paramref name="roles"/> are those that may present such quotes.</summary>
    public AzureRules(PolicyMap section, IReadOnlyCollection<Role> roles, SnpRules machine)
    {
        _machine = machine;
        var registers = new Dictionary<string, int>(TpmRules.Pcrs) { [Firmware] = 48 };
        _measurements = new RegisterSets(section, registers, Firmware, roles, anyAllowed: false);
        section.End();
    }

    /// <inheritdoc/>
    public override void Judge(Role role, EvidenceClaims claims, PolicyDecision decision)
    {
        var azure = (AzureClaims)claims;
        _measurements.Judge(Name, role, register => register == Firmware ? azure.Fields[$"snp.{Firmware}"] as string : TpmRules.Pcr(azure.Tpm, register), decision);
        if (azure.Snp is { } snp) _machine.JudgeMachine(snp, decision);
        else decision.Add($"{Name}.snp", "an SNP report", "none", false);
    }
}
