using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>
/// The measurements that are accepted, per role: sets of registers with exact values, of which one must match entirely. In a laboratory a role may
/// have <c>any</c>.
/// </summary>
internal sealed class RegisterSets
{
    private const string Any = "any", Key = "measurements";

    private readonly Dictionary<Role, IReadOnlyList<IReadOnlyDictionary<string, string>>?> _sets = [];

    /// <summary>Reads <c>measurements</c> of a kind's section.</summary>
    /// <param name="section">The kind's section.</param>
    /// <param name="registers">Every register with its length in bytes.</param>
    /// <param name="required">The register that every set must have; null if any one suffices.</param>
    /// <param name="roles">The roles that may present this kind: each must have measurements.</param>
    /// <param name="anyAllowed">Whether <c>any</c> is accepted.</param>
    public RegisterSets(PolicyMap section, IReadOnlyDictionary<string, int> registers, string? required, IReadOnlyCollection<Role> roles, bool anyAllowed)
    {
        var map = section.RequiredMap(Key);
        foreach (var name in map.Keys)
        {
            if (!RoleNames.TryParse(name, out var role)) throw map.ErrorAt(name, $"'{PolicyYaml.Shown(name)}' is not a role");
            if (map.IsWord(name, Any)) _sets[role] = anyAllowed ? null : throw map.ErrorAt(name, "'any' measurement is accepted in lab profiles only");
            else _sets[role] = [.. map.Maps(name).Select(set => Set(set, registers, required))];
        }

        foreach (var role in roles)
            if (!_sets.ContainsKey(role)) throw map.Error($"has no measurements for the role {role.ToName()}");
    }

    /// <summary>One line per register of the set that comes nearest; all pass exactly when a set matches entirely.</summary>
    public void Judge(string rule, Role role, Func<string, string?> found, PolicyDecision decision)
    {
        if (!_sets.TryGetValue(role, out var sets))
        {
            decision.Add($"{rule}.measurements", $"a measurement for the role {role.ToName()}", "none in the policy", false);
            return;
        }

        if (sets is null)
        {
            decision.Add($"{rule}.measurements", "any (lab)", "not compared", true);
            return;
        }

        var nearest = sets.MaxBy(set => (set.All(Matches), set.Count(Matches)))!;
        foreach (var (register, expected) in nearest)
            decision.Add($"{rule}.{register}", sets.Count == 1 ? expected : $"{expected} (set {Index(sets, nearest)} of {sets.Count})", found(register) ?? "nothing", found(register) == expected);

        bool Matches(KeyValuePair<string, string> register) => found(register.Key) == register.Value;
    }

    private static int Index(IReadOnlyList<IReadOnlyDictionary<string, string>> sets, IReadOnlyDictionary<string, string> set) =>
        1 + sets.TakeWhile(other => !ReferenceEquals(other, set)).Count();

    private static Dictionary<string, string> Set(PolicyMap set, IReadOnlyDictionary<string, int> registers, string? required)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (register, length) in registers)
            if (set.Has(register)) values.Add(register, set.Hex(register, length));
        set.End();
        if (required is not null ? !values.ContainsKey(required) : values.Count == 0) throw set.Lacks(required ?? registers.Keys.First());
        return values;
    }
}
