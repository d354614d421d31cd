using Mimir.Trust.Attestation;
using Mimir.Trust.Policies.Reading;
using Mimir.Trust.Policies.Rules;

namespace Mimir.Trust.Policies;

/// <summary>Reads which role may present which kinds, and the rules of those kinds.</summary>
internal static class PolicyRoles
{
    /// <summary><c>roles: { party: [snp, tdx] }</c>; only kinds of the <paramref name="profile"/>.</summary>
    public static Dictionary<Role, IReadOnlyList<EvidenceKind>> Read(PolicyMap policy, PolicyProfile profile)
    {
        var map = policy.RequiredMap("roles");
        var roles = new Dictionary<Role, IReadOnlyList<EvidenceKind>>();
        foreach (var name in map.Keys)
        {
            if (!RoleNames.TryParse(name, out var role)) throw map.ErrorAt(name, $"'{PolicyYaml.Shown(name)}' is not a role");
            var kinds = map.Choices(name, EvidenceKindNames.All)!.Select(kind => EvidenceKindNames.TryParse(kind, out var known) ? known : default).ToArray();
            foreach (var kind in kinds)
                if (!Of(profile).Contains(kind))
                    throw map.ErrorAt(name, $"evidence of the kind '{kind.ToName()}' is not for a {(profile == PolicyProfile.Lab ? "lab" : "production")} profile");
            roles.Add(role, kinds);
        }

        return roles.Count > 0 ? roles : throw map.Error("names no role");
    }

    /// <summary>The section of each kind that a role may present. A section of the other profile's kinds is an error.</summary>
    public static Dictionary<EvidenceKind, KindRules> Rules(PolicyMap policy, PolicyProfile profile, Dictionary<Role, IReadOnlyList<EvidenceKind>> roles)
    {
        var rules = new Dictionary<EvidenceKind, KindRules>();
        SnpRules? machine = null;
        foreach (var kind in Enum.GetValues<EvidenceKind>())
        {
            Role[] own = [.. roles.Where(role => role.Value.Contains(kind)).Select(role => role.Key)];
            var needed = own.Length > 0 || (kind == EvidenceKind.Snp && roles.Values.Any(kinds => kinds.Contains(EvidenceKind.AzureVtpm)));
            if (policy.Map(kind.ToName()) is not { } section)
            {
                if (needed) throw policy.Lacks(kind.ToName(), ", which a role may present");
                continue;
            }

            if (!needed) throw policy.ErrorAt(kind.ToName(), $"rules for '{kind.ToName()}', which no role may present");
            KindRules read = kind switch
            {
                EvidenceKind.Snp => machine = new SnpRules(section, own),
                EvidenceKind.Tdx => new TdxRules(section, own),
                EvidenceKind.Nitro => new NitroRules(section, own),
                EvidenceKind.Tpm => new TpmRules(section, own),
                EvidenceKind.AzureVtpm => new AzureRules(section, own, machine!),
                EvidenceKind.Simulated => new SimulatedRules(section, own),
                _ => throw new InvalidOperationException($"No rules for {kind}."),
            };
            rules.Add(kind, read);
        }

        return rules;
    }

    private static AcceptedKinds Of(PolicyProfile profile) => profile == PolicyProfile.Lab ? AcceptedKinds.Lab : AcceptedKinds.Production;
}
