using System.CommandLine;
using Mimir.Cli.Benching;
using Mimir.Cli.Benching.Growth;
using Mimir.Cli.Planning.Machines;

namespace Mimir.Cli.Commands;

/// <summary>`mimir bench calibrate`: measures this machine for `mimir plan`.</summary>
public static class BenchCalibrateCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Option<string?>("--file") { Description = "Where to write the measurements; `mimir plan` reads them from the user's own folder", HelpName = "FILE" };
        var rows = new Option<string?>("--rows") { Description = "CSV of the measured points; what it holds is not measured again", HelpName = "FILE" };
        var name = new Option<string>("--name") { Description = "What to call the machine", HelpName = "TEXT", DefaultValueFactory = _ => "this machine" };
        var command = new Command("calibrate", "Measures this machine's prices for `mimir plan`; some minutes, with nothing else running") { file, rows, name };
        command.SetAction(async (result, cancellation) =>
        {
            void Say(string line) => result.InvocationConfiguration.Error.WriteLine(line);
            var path = result.GetValue(file) ?? Machine.OwnFile;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var points = GrowthFile.Open(result.GetValue(rows) ?? Path.ChangeExtension(path, ".csv"));
            var machine = await CalibrationRun.RunAsync(result.GetValue(name)!, points, Say, cancellation);
            machine.Write(path);
            Say($"written to {path}");
            return ExitCode.Done;
        });
        return command;
    }
}
