using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Policies;

namespace Mimir.Cli.Attesting;

/// <summary>What a policy adds to a verdict.</summary>
public static class PolicyJudgement
{
    /// <summary>
    /// What the policy has against valid evidence: in one role, or, without one, in the role that comes nearest to accepting it, so nothing as soon as
    /// one role accepts it.
    /// </summary>
    public static IReadOnlyList<Refusal> Objections(Policy policy, Role? role, ValidVerdict verdict)
    {
        var roles = role is { } named ? [named] : policy.Roles;
        var fewest = roles.Select(r => policy.Evaluate(r, verdict).Failures.ToArray()).MinBy(failures => failures.Length);
        return [.. fewest!.Select(failure => new Refusal($"policy.{failure.Rule}", $"The policy demands {failure.Expected} and the evidence has {failure.Found}."))];
    }
}
