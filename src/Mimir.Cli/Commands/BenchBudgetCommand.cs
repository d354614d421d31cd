using System.CommandLine;
using Mimir.Cli.Benching;

namespace Mimir.Cli.Commands;

/// <summary>`mimir bench budget`: exact costs of fixed shapes against the accepted ones.</summary>
public static class BenchBudgetCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "The accepted costs", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine("bench", "budget.json") };
        var write = new Option<bool>("--write") { Description = "Accept the present costs" };
        var command = new Command("budget", "Compares rounds and bytes per token of fixed shapes with the accepted ones; runs nothing") { file, write };
        command.SetAction(result =>
        {
            var path = result.GetValue(file)!;
            if (result.GetValue(write))
            {
                StepBudget.Write(path);
                return ExitCode.Done;
            }
            var differences = StepBudget.Differences(StepBudget.Read(path), StepBudget.Now());
            foreach (var line in differences) result.InvocationConfiguration.Output.WriteLine(line);
            return differences.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
