using System.CommandLine;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Commands;

/// <summary>`mimir rekey`.</summary>
public static class RekeyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file that 'mimir seal' made; it is replaced" };
        var key = SealingArguments.Key();
        var newKey = new Option<string>("--new-key") { Description = "The data key that shall open it from now on", HelpName = "FILE", Required = true };
        var measurement = SealingArguments.Measurement("The measurement that the file is sealed for");
        var marks = SealingArguments.Marks();
        var command = new Command("rekey", "Puts a sealed file under another key; the content is not encrypted anew") { file, key, newKey, measurement, marks };
        command.SetAction(result =>
        {
            var bytes = SealingArguments.Bytes(result.GetValue(measurement));
            using var before = DataKeyFile.Load(result.GetValue(key)!);
            using var after = DataKeyFile.Load(result.GetValue(newKey)!);
            SealedFile.Rekey(result.GetValue(file)!, before, after, new SealExpectations
            {
                Measurement = bytes is null ? null : bytes,
                Counter = SealingArguments.Counter(result.GetValue(marks)),
            });
            return ExitCode.Done;
        });
        return command;
    }
}
