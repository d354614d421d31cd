using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;
using Mimir.Trust.Policies;

namespace Mimir.Cli.Attesting;

/// <summary>A machine that `mimir policy check` judges: what it is to be, and the files that speak for it.</summary>
/// <param name="Name">How messages call it.</param>
/// <param name="Role">Its role.</param>
/// <param name="Operator">Who runs it.</param>
/// <param name="Evidence">The file of its evidence.</param>
/// <param name="Others">Endorsements and collateral.</param>
public sealed record PolicyMember(string Name, Role Role, string Operator, string Evidence, IReadOnlyList<string> Others)
{
    private const string Form = "NAME,ROLE,OPERATOR,EVIDENCE[,FILE]...";

    /// <summary>The role with this name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Role ParseRole(string name) => RoleNames.TryParse(name, out var role)
        ? role
        : throw new UsageException($"'{name}' is no role; roles are {string.Join(", ", Enum.GetValues<Role>().Select(r => r.ToName()))}");

    /// <summary>Reads <c>NAME,ROLE,OPERATOR,EVIDENCE[,FILE]...</c>.</summary>
    /// <exception cref="UsageException">It has another form.</exception>
    public static PolicyMember Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length < 4 || parts.Any(part => part.Length == 0)) throw new UsageException($"--member '{text}' must be {Form}");
        return new PolicyMember(parts[0], ParseRole(parts[1]), parts[2], parts[3], parts[4..]);
    }

    /// <summary>The verdict on its files; without one, they could not be put together, for the <paramref name="reasons"/>.</summary>
    public Verdict? Examine(EvidenceKind? kind, VerificationContext context, out IReadOnlyList<Refusal> reasons)
    {
        var findings = new Findings();
        var assembled = EvidenceAssembler.TryAssemble(EvidenceFiles.Read(Evidence), kind, [.. Others.Select(EvidenceFiles.Read)], findings);
        reasons = findings.Reasons;
        return assembled is null ? null : EvidenceVerifier.Verify(assembled.Evidence, context with { Nonce = context.Nonce ?? assembled.Nonce });
    }
}
