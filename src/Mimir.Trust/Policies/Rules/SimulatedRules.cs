using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>Rules for simulated statements (laboratories only): which keys may sign them, and what they must state.</summary>
internal sealed class SimulatedRules : KindRules
{
    private const string Name = "simulated";
    private static readonly Dictionary<string, int> Registers = new() { ["measurement"] = 48 };

    private readonly RegisterSets _measurements;

    /// <summary>Reads the section; <paramref name="roles"/> are those that may present such statements.</summary>
    public SimulatedRules(PolicyMap section, IReadOnlyCollection<Role> roles)
    {
        _measurements = new RegisterSets(section, Registers, "measurement", roles, anyAllowed: true);
        LabKeys = section.HexList("lab_keys", 32) ?? throw section.Lacks("lab_keys", " (SHA-256 of SubjectPublicKeyInfo)");
        section.End();
    }

    /// <summary>SHA-256 of the keys' SubjectPublicKeyInfo, hexadecimal.</summary>
    public IReadOnlyList<string> LabKeys { get; }

    /// <inheritdoc/>
    public override void Judge(Role role, EvidenceClaims claims, PolicyDecision decision)
    {
        var simulated = (SimulatedClaims)claims;
        _measurements.Judge(Name, role, _ => Convert.ToHexStringLower(simulated.Statement.Measurement.Span), decision);
        decision.OneOf($"{Name}.lab_keys", LabKeys, Convert.ToHexStringLower(simulated.LabKeySha256.Span));
    }
}
