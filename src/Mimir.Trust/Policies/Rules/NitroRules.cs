using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Nitro;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>Rules for Nitro enclaves. Debug mode (register 0 all zero) is never accepted.</summary>
internal sealed class NitroRules : KindRules
{
    private const string Name = "nitro";
    private const int RegisterCount = 32, RegisterLength = 48;

    private readonly RegisterSets _measurements;

    /// <summary>Reads the section; <paramref name="roles"/> are those that may present such documents.</summary>
    public NitroRules(PolicyMap section, IReadOnlyCollection<Role> roles)
    {
        _measurements = new RegisterSets(section, Enumerable.Range(0, RegisterCount).ToDictionary(i => $"pcr{i}", _ => RegisterLength), "pcr0", roles, anyAllowed: false);
        section.End();
    }

    /// <inheritdoc/>
    public override void Judge(Role role, EvidenceClaims claims, PolicyDecision decision)
    {
        var nitro = (NitroClaims)claims;
        _measurements.Judge(Name, role, register => nitro.Fields[$"pcrs.{register[3..]}"] as string, decision);
        decision.Flag($"{Name}.debug", false, nitro.IsDebug);
    }
}
