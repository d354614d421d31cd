using System.CommandLine;
using Mimir.Cli.Benching.Growth;
using Mimir.Cli.Planning.Machines;

namespace Mimir.Cli.Commands;

/// <summary>`mimir bench grow`: how time, bytes, rounds and memory grow.</summary>
public static class BenchGrowCommand
{
    private const int Tokens = 17;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Option<string>("--file") { Description = "CSV of measured points; what it holds is not measured again", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine("bench", "growth.csv") };
        var plots = new Option<string>("--plots") { Description = "Where the plots go", HelpName = "DIR", DefaultValueFactory = _ => "docs" };
        var small = new Option<bool>("--small") { Description = "Only three points of a tiny shape" };
        var draw = new Option<bool>("--draw") { Description = "Measure nothing, only draw" };
        var command = new Command("grow", "Measures a grid of weights, contexts, sessions, parties and processors, and draws it; can be broken off and goes on") { file, plots, small, draw };
        command.SetAction(async (result, cancellation) =>
        {
            void Say(string line) => result.InvocationConfiguration.Error.WriteLine(line);
            var measured = GrowthFile.Open(result.GetValue(file)!);
            if (!result.GetValue(draw)) await measured.MeasureAsync(result.GetValue(small) ? GrowthGrid.Small : GrowthGrid.All, Tokens, Say, cancellation);
            var folder = Directory.CreateDirectory(result.GetValue(plots)!).FullName;
            foreach (var (name, plot) in GrowthPlots.Of(measured, Machine.Known()))
            {
                await File.WriteAllTextAsync(Path.Combine(folder, name), plot.Render(), cancellation);
                Say($"drawn: {Path.Combine(folder, name)}");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
