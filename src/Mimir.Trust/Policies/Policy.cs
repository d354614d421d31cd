using Mimir.Trust.Attestation;
using Mimir.Trust.Policies.Reading;
using Mimir.Trust.Policies.Rules;

namespace Mimir.Trust.Policies;

/// <summary>
/// Which attested machines may take part, and which may do so together. A pure function of verdicts, so that the coordinator, every node and the client
/// judge alike, each for itself. Format: docs/policy.md.
/// </summary>
public sealed class Policy
{
    private readonly Dictionary<Role, IReadOnlyList<EvidenceKind>> _roles;
    private readonly Dictionary<EvidenceKind, KindRules> _rules;
    private readonly QuorumRules _quorum;

    private Policy(PolicyProfile profile, Dictionary<Role, IReadOnlyList<EvidenceKind>> roles, Dictionary<EvidenceKind, KindRules> rules, QuorumRules quorum)
    {
        Profile = profile;
        _roles = roles;
        _rules = rules;
        _quorum = quorum;
        AcceptedKinds = AcceptedKinds.Of(roles.Values.SelectMany(kinds => kinds).Distinct());
        LabKeys = rules.GetValueOrDefault(EvidenceKind.Simulated) is SimulatedRules simulated ? [.. simulated.LabKeys.Select(key => (ReadOnlyMemory<byte>)Convert.FromHexString(key))] : [];
    }

    /// <summary>Production or laboratory.</summary>
    public PolicyProfile Profile { get; }

    /// <summary>The kinds of evidence that any role may present.</summary>
    public AcceptedKinds AcceptedKinds { get; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo of the laboratory keys whose simulated evidence counts; empty in production.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> LabKeys { get; }

    /// <summary>The roles that must present evidence.</summary>
    public IReadOnlyCollection<Role> Roles => _roles.Keys;

    /// <summary>Reads a policy; <paramref name="fileName"/> is how messages call it.</summary>
    /// <exception cref="PolicyException">It cannot be used as written; names file and line.</exception>
    public static Policy Parse(string text, string fileName)
    {
        var map = new PolicyMap(PolicyYaml.Read(text, fileName), fileName, "");
        map.Choice("version", "1");
        var profile = map.Choice("profile", "production", "lab") == "lab" ? PolicyProfile.Lab : PolicyProfile.Production;
        var roles = PolicyRoles.Read(map, profile);
        var rules = PolicyRoles.Rules(map, profile, roles);
        var quorum = new QuorumRules(map.Map("quorum"), profile);
        map.End();
        return new Policy(profile, roles, rules, quorum);
    }

    /// <summary>How evidence must be verified before this policy judges it: accepted kinds and laboratory keys are the policy's.</summary>
    public VerificationContext Context(DateTimeOffset at) => new() { At = at, Accepted = AcceptedKinds, LabKeys = LabKeys };

    /// <summary>Whether a machine with this <paramref name="verdict"/> may take the <paramref name="role"/>: every rule, judged.</summary>
    public PolicyDecision Evaluate(Role role, Verdict verdict)
    {
        var decision = new PolicyDecision();
        decision.Add("evidence", "valid", verdict.IsValid ? "valid" : $"refused ({string.Join(", ", verdict.Reasons.Select(reason => reason.Code).Distinct())})", verdict.IsValid);
        var kinds = _roles.GetValueOrDefault(role) ?? [];
        var kind = kinds.Contains(verdict.Kind);
        decision.Add(
            "kind", kinds.Count == 0 ? $"nothing: the role {role.ToName()} is not in the policy" : string.Join(" or ", kinds.Select(k => k.ToName())), verdict.Kind.ToName(), kind);
        if (kind && verdict is ValidVerdict valid) _rules[verdict.Kind].Judge(role, valid.Claims, decision);
        return decision;
    }

    /// <summary>Whether these <paramref name="members"/> may form a session: each by itself, and all together.</summary>
    public PolicyDecision EvaluateQuorum(IReadOnlyList<Member> members)
    {
        var decision = new PolicyDecision();
        foreach (var member in members)
        {
            var own = Evaluate(member.Role, member.Verdict);
            var failed = own.Failures.Select(rule => rule.Rule).ToArray();
            decision.Add($"member.{member.Name}", "accepted by itself", own.IsAccepted ? "accepted" : $"fails {string.Join(", ", failed)}", own.IsAccepted);
        }

        _quorum.Judge(members, decision);
        return decision;
    }
}
