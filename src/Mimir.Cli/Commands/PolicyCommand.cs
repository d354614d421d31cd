using System.CommandLine;
using Mimir.Cli.Attesting;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Policies;

namespace Mimir.Cli.Commands;

/// <summary>`mimir policy`: who may join.</summary>
public static class PolicyCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("policy", "Policies: which attested machines may join") { Check() };

    private static Command Check()
    {
        var file = new Argument<string>("POLICY") { Description = "A policy, YAML" };
        var evidence = new Option<string?>("--evidence") { Description = "A report, quote or document to judge; without one, only the policy is read", HelpName = "FILE" };
        var kind = new Option<string?>("--kind") { Description = "Its kind; told from the bytes if not given", HelpName = string.Join('|', EvidenceKindNames.All) };
        kind.AcceptOnlyFromAmong([.. EvidenceKindNames.All]);
        var endorsements = Files("--endorsement", "Certificates, revocation lists, and what else goes with the evidence; may be repeated");
        var collateral = Files("--collateral", "What the vendor publishes: TCB info, identities, revocation lists; may be repeated");
        var role = new Option<string>("--role") { Description = "The role that the machine is to take", HelpName = "ROLE", DefaultValueFactory = _ => Role.Party.ToName() };
        var members = new Option<string[]>("--member")
        {
            Description = "A member of a session, for the quorum rules; repeated, instead of --evidence", HelpName = "NAME,ROLE,OPERATOR,EVIDENCE[,FILE]...", Arity = ArgumentArity.OneOrMore,
        };
        var nonce = AttestCommand.NonceOption();
        var at = AttestCommand.AtOption();
        var json = SharedOptions.Json();
        var command = new Command("check", "What a policy says of evidence, rule by rule; exit 1 if it rejects") { file, evidence, kind, endorsements, collateral, role, members, nonce, at, json };
        command.SetAction(result =>
        {
            var path = result.GetValue(file)!;
            var policy = PolicyFile.Read(path);
            EvidenceKind? stated = EvidenceKindNames.TryParse(result.GetValue(kind), out var known) ? known : null;
            var context = policy.Context(AttestCommand.Instant(result.GetValue(at))) with { Nonce = AttestCommand.Nonce(result.GetValue(nonce)) };
            var named = result.GetValue(members) ?? [];
            var single = result.GetValue(evidence);
            if (single is not null && named.Length > 0) throw new UsageException("--evidence judges one machine and --member several; use one of them");
            string[] others = [.. result.GetValue(endorsements) ?? [], .. result.GetValue(collateral) ?? []];
            if (single is null && others.Length > 0) throw new UsageException("--endorsement and --collateral go with --evidence; a --member names its own files");
            PolicyMember[] judged = single is not null
                ? [new PolicyMember(Path.GetFileName(single), PolicyMember.ParseRole(result.GetValue(role)!), "", single, others)]
                : [.. named.Select(PolicyMember.Parse)];
            var reports = Judge(policy, judged, stated, context, together: named.Length > 0);
            Write(result.InvocationConfiguration.Output, result.GetValue(json), path, policy, reports);
            return reports.All(report => report.Accepted) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static List<PolicyReport> Judge(Policy policy, PolicyMember[] members, EvidenceKind? kind, VerificationContext context, bool together)
    {
        var reports = new List<PolicyReport>();
        var quorum = new List<Member>();
        foreach (var member in members)
        {
            var verdict = member.Examine(kind, context, out var reasons);
            reports.Add(PolicyReport.Of(policy, member, verdict, reasons));
            if (verdict is not null) quorum.Add(new Member(member.Name, member.Role, member.Operator, verdict));
        }

        if (together) reports.Add(PolicyReport.Of(policy.EvaluateQuorum(quorum)));
        return reports;
    }

    private static void Write(TextWriter output, bool json, string path, Policy policy, List<PolicyReport> reports)
    {
        var roles = policy.Roles.Select(role => role.ToName()).ToArray();
        var profile = policy.Profile.ToString().ToLowerInvariant();
        if (json)
        {
            Json.Write(output, new { Policy = path, Profile = profile, Roles = roles, Accepted = reports.TrueForAll(report => report.Accepted), Judged = reports });
            return;
        }

        output.WriteLine($"{path}: a {profile} policy for {string.Join(", ", roles)}");
        foreach (var report in reports) report.WriteText(output);
    }

    private static Option<string[]> Files(string name, string description) => new(name) { Description = description, HelpName = "FILE", Arity = ArgumentArity.OneOrMore };
}
