using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Policies;

namespace Mimir.Cli.Attesting;

/// <summary>What a policy adds to a verdict.</summary>
public static class PolicyJudgement
{
    /// <summary>Reads a policy file.</summary>
    /// <exception cref="UsageException">It cannot be read, or is no policy.</exception>
    public static Policy Read(string path)
    {
        try
        {
            return Policy.Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); name a policy file");
        }
        catch (PolicyException e)
        {
            throw new UsageException(e.Message);
        }
    }

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
