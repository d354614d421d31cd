using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Attesting;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Cli.Commands;

/// <summary>`mimir attest`: looks at attestation evidence.</summary>
public static class AttestCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("attest", "Attestation evidence of confidential machines") { Verify(), AttestKeyCommand.Create() };

    private static Command Verify()
    {
        var evidence = new Argument<string>("EVIDENCE") { Description = "A report, quote or document, as the hardware gave it" };
        var kind = new Option<string?>("--kind") { Description = "Its kind; told from the bytes if not given", HelpName = "snp|tdx|nitro|tpm|azure-vtpm" };
        kind.AcceptOnlyFromAmong([.. AcceptedKinds.Inspection.Kinds.Select(k => k.ToName())]);
        var endorsements = Files("--endorsement", "Certificates, revocation lists, certificate tables, and for TPMs signature, key and register values; may be repeated");
        var collateral = Files("--collateral", "What the vendor publishes: TCB info, identities, revocation lists; may be repeated");
        var nonce = NonceOption();
        var at = AtOption();
        var policy = new Option<string?>("--policy") { Description = "Judge by this policy too, see docs/policy.md", HelpName = "FILE" };
        var role = new Option<string?>("--role") { Description = "The role that the policy must admit it in; any if not given", HelpName = "ROLE" };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<Role>().Select(r => r.ToName())]);
        var json = SharedOptions.Json();
        var command = new Command("verify", "Whether evidence is genuine and current, and what it says; exit 1 if it is refused") { evidence, kind, endorsements, collateral, nonce, at, policy, role, json };
        command.SetAction(result =>
        {
            EvidenceKind? stated = EvidenceKindNames.TryParse(result.GetValue(kind), out var known) ? known : null;
            var judge = result.GetValue(policy) is { } path ? PolicyFile.Read(path) : null;
            Role? wanted = RoleNames.TryParse(result.GetValue(role), out var named) ? named : null;
            if (wanted is not null && judge is null) throw new UsageException("--role needs --policy FILE");
            var instant = Instant(result.GetValue(at));
            var context = (judge?.Context(instant) ?? new VerificationContext { At = instant }) with { Nonce = Nonce(result.GetValue(nonce)) };
            string[] others = [.. result.GetValue(endorsements) ?? [], .. result.GetValue(collateral) ?? []];
            var report = Examine(EvidenceFiles.Read(result.GetValue(evidence)!), stated, [.. others.Select(EvidenceFiles.Read)], context, verdict => judge is null ? [] : PolicyJudgement.Objections(judge, wanted, verdict));
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) report.WriteJson(output);
            else report.WriteText(output);
            return report.IsValid ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static VerdictReport Examine(
        EvidenceFile evidence, EvidenceKind? kind, IReadOnlyCollection<EvidenceFile> others, VerificationContext context, Func<ValidVerdict, IReadOnlyList<Refusal>> objections)
    {
        var findings = new Findings();
        var assembled = EvidenceAssembler.TryAssemble(evidence, kind, others, findings);
        if (assembled is not null && context.Nonce is { } stated && assembled.Nonce is { } given && !stated.Span.SequenceEqual(given.Span))
            findings.Add(RecognitionRefusals.Nonce, "--nonce and a file of hexadecimal digits state different nonces.");
        if (assembled is null || !findings.None) return VerdictReport.Refused(findings.Reasons, kind ?? KindRecognition.Of(evidence.Bytes.Span));
        var verdict = EvidenceVerifier.Verify(assembled.Evidence, context with { Nonce = context.Nonce ?? assembled.Nonce });
        return VerdictReport.Of(verdict, verdict is ValidVerdict valid ? objections(valid) : []);
    }

    /// <summary>--nonce, read by <see cref="Nonce"/>.</summary>
    internal static Option<string?> NonceOption() => new("--nonce") { Description = "The nonce that the evidence must answer", HelpName = "HEX" };

    /// <summary>--at, read by <see cref="Instant"/>.</summary>
    internal static Option<string?> AtOption() => new("--at") { Description = "The instant at which everything must be valid, ISO 8601, UTC if no zone is named; now if not given", HelpName = "TIME" };

    private static Option<string[]> Files(string name, string description) => new(name) { Description = description, HelpName = "FILE", Arity = ArgumentArity.OneOrMore };

    internal static DateTimeOffset Instant(string? text)
    {
        if (text is null) return DateTimeOffset.UtcNow;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : throw new UsageException($"--at '{text}' is no time; write it as 2026-03-01T00:00:00Z");
    }

    internal static ReadOnlyMemory<byte>? Nonce(string? text)
    {
        if (text is null) return null;
        return text.Length is > 0 and <= 1024 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw new UsageException("--nonce must be hexadecimal, at most 512 bytes");
    }
}
