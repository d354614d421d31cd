using System.CommandLine;
using Mimir.Cli.Diagnosis;
using Spectre.Console;

namespace Mimir.Cli.Commands;

/// <summary>`mimir doctor`: whether and how well Mimir can run on this machine.</summary>
public static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("doctor", "Whether and how well Mimir can run on this machine; exit 1 if something needed is missing") { json };
        command.SetAction(async (result, cancellation) =>
        {
            var findings = await Examination.RunAsync(ShippedModel.Directory, cancellation);
            var healthy = findings.All(f => f.Ok || !f.Needed);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) Json.Write(output, new { Ok = healthy, Findings = findings });
            else Print(output, findings);
            return healthy ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Print(TextWriter output, IReadOnlyList<Finding> findings)
    {
        var console = Tables.ConsoleOn(output);
        foreach (var finding in findings)
        {
            var mark = finding.Ok ? "[green]ok  [/]" : finding.Needed ? "[red]FAIL[/]" : "[yellow]note[/]";
            console.MarkupLine($"{mark} {Markup.Escape($"{finding.Name}: {finding.Detail}")}");
        }
    }
}
