using System.CommandLine;
using Mimir.Cli.Keeping;
using Spectre.Console;

namespace Mimir.Cli.Commands;

/// <summary>`mimir ps`: the processes of the cluster that `mimir up` keeps.</summary>
public static class PsCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("ps", "The processes of the cluster: role, number, memory, processor time") { json };
        command.SetAction(result =>
        {
            var state = StateDirectory.OfUser();
            var cluster = NoClusterException.Require(state);
            ProcessUse[] uses = [new KeptProcess("keeper", "up", cluster.Keeper), .. cluster.Processes];
            if (result.GetValue(json)) Json.Write(result.InvocationConfiguration.Output, uses);
            else Print(result.InvocationConfiguration.Output, uses);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(TextWriter output, IEnumerable<ProcessUse> uses)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in (string[])["role", "name", "process", "memory", "processor", "since"]) table.AddColumn(column);
        foreach (var use in uses)
            table.AddRow(
                Markup.Escape(use.Role), Markup.Escape(use.Name), $"{use.Process}", use.MemoryBytes is { } memory ? Quantity.Bytes(memory) : "gone",
                use.ProcessorSeconds is { } seconds ? Quantity.Seconds(seconds) : "", use.UpSeconds is { } up ? Quantity.Seconds(Math.Round(up)) : "");
        Tables.ConsoleOn(output).Write(table);
    }
}
