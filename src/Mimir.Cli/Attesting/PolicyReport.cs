using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Policies;

namespace Mimir.Cli.Attesting;

/// <summary>What a policy says of one member, or (name "quorum") of all of them together.</summary>
/// <param name="Name">The member's name.</param>
/// <param name="Role">Its role; null for all together.</param>
/// <param name="Kind">The kind of its evidence, if that could be told.</param>
/// <param name="Accepted">Whether every rule passes.</param>
/// <param name="Rules">Every rule that was judged.</param>
/// <param name="Reasons">Every reason against the evidence itself.</param>
public sealed record PolicyReport(string Name, string? Role, string? Kind, bool Accepted, IReadOnlyList<PolicyRule> Rules, IReadOnlyList<string> Reasons)
{
    /// <summary>The report of one member's verdict; null is evidence that could not be put together.</summary>
    public static PolicyReport Of(Policy policy, PolicyMember member, Verdict? verdict, IReadOnlyList<Refusal> reasons)
    {
        string[] against = [.. (verdict?.Reasons ?? reasons).Select(reason => reason.ToString())];
        if (verdict is null)
            return new PolicyReport(member.Name, member.Role.ToName(), null, false, [new PolicyRule("evidence", "valid", "files that do not make evidence", false)], against);
        var decision = policy.Evaluate(member.Role, verdict);
        return new PolicyReport(member.Name, member.Role.ToName(), verdict.Kind.ToName(), decision.IsAccepted, decision.Rules, against);
    }

    /// <summary>The report of the members together.</summary>
    public static PolicyReport Of(PolicyDecision quorum) => new("quorum", null, null, quorum.IsAccepted, quorum.Rules, []);

    /// <summary>One line per rule.</summary>
    public void WriteText(TextWriter output)
    {
        output.WriteLine($"{Name}{(Role is null ? "" : $" ({Role}, {Kind ?? "unknown evidence"})")}: {(Accepted ? "accepted" : "REJECTED")}");
        foreach (var rule in Rules) output.WriteLine($"  {rule}");
        foreach (var reason in Reasons) output.WriteLine($"  reason {reason}");
    }
}
