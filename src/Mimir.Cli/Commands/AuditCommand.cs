using System.CommandLine;
using System.Globalization;
using Mimir.Trust;
using Mimir.Trust.Audit;

namespace Mimir.Cli.Commands;

/// <summary>`mimir audit`: examines and shows audit logs.</summary>
public static class AuditCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("audit", "Logs of admissions, key releases, sessions and what they revealed") { Verify(), Show() };

    private static Command Verify()
    {
        var log = Log();
        var authority = new Option<string?>("--ca") { Description = "ca.pem of the group: the writer's certificate must be of it", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "The writer's certificate or public key", HelpName = "FILE" };
        var head = new Option<string?>("--head") { Description = "Hash of an entry that must be there, kept elsewhere: without it a cut at the end is not noticed", HelpName = "HEX" };
        var json = SharedOptions.Json();
        var command = new Command("verify", "Checks every line's hash, place and signature; names the first bad line") { log, authority, key, head, json };
        command.SetAction(result =>
        {
            var path = result.GetValue(log)!;
            if (result.GetValue(authority) is null == result.GetValue(key) is null) throw new UsageException("give either --ca FILE or --key FILE: whose signatures count");
            using var signers = result.GetValue(authority) is { } file ? AuditSigners.Of(TrustAnchors.Load(file)) : AuditSigners.OfKeyFile(result.GetValue(key)!);
            var report = AuditVerifier.Verify(path, signers, result.GetValue(head)?.ToLowerInvariant());
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
                Json.Write(output, new { Intact = report.IsIntact, report.Entries, report.Writer, report.Head, report.Closed, report.Tears, report.FirstBadLine, Fault = report.Fault is { } f ? AuditText.Word(f) : null });
            else if (report.IsIntact)
                output.WriteLine($"{path}: {report.Entries} entries of {report.Writer}, all as written; {(report.Closed ? "closed in good order" : "NOT closed: the writer runs, or was stopped, or the end was cut off")}"
                    + $"{(report.Tears > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {report.Tears} tears, kept and marked") : "")}; head {report.Head}");
            if (report.IsIntact) return ExitCode.Done;
            result.InvocationConfiguration.Error.WriteLine($"mimir: {path}:{report.FirstBadLine}: {Explain(report.Fault!.Value)}");
            return ExitCode.Failed;
        });
        return command;
    }

    private static Command Show()
    {
        var log = Log();
        var json = SharedOptions.Json();
        var command = new Command("show", "Prints the entries; whether they are true says 'audit verify'") { log, json };
        command.SetAction(result =>
        {
            var output = result.InvocationConfiguration.Output;
            var entries = AuditLines.Entries(result.GetValue(log)!);
            if (result.GetValue(json))
                Json.Write(output, entries.Select(e => new { e.Sequence, e.Time, e.Kind, Fields = e.Fields.ToDictionary(f => f.Name, f => f.Value) }));
            else
                foreach (var entry in entries)
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Sequence,6}  {entry.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {entry.Kind,-16} {Shortened(entry.Summary)}"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Log() => new("LOG") { Description = "The file that audit.file of the configuration names" };

    private static string Shortened(string summary) => summary.Length > 200 ? summary[..200] + "…" : summary;

    private static string Explain(AuditFault fault) => fault switch
    {
        AuditFault.Altered => "is no entry, or was altered",
        AuditFault.BrokenChain => "does not follow the entry before; lines were removed, added or exchanged",
        AuditFault.WrongSignature => "is not signed by the log's writer",
        AuditFault.NoSigner => "the log does not begin with its writer's certificate",
        AuditFault.UntrustedSigner => "the writer's certificate is not of this authority or key, or another process's",
        AuditFault.Torn => "the log ends within a line; start its writer again, which marks it, or copy the log again",
        _ => "the entry with the wanted hash is not there; the end was cut off",
    };
}
