using System.CommandLine;
using Mimir.Cli.Keys;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Commands;

/// <summary>`mimir rekey`.</summary>
public static class RekeyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file that 'mimir seal' made; it is replaced" };
        var measurement = SealingArguments.Measurement("The measurement that the file is sealed for");
        var marks = SealingArguments.Marks();
        var counting = SealingArguments.Counter();
        var config = SharedOptions.Config();
        var command = new Command("rekey", "Puts a sealed file under another key; the content is not encrypted anew") { file, measurement, marks, counting, config };
        var key = new KeyArgument(command, "--key", "The data key");
        var newKey = new KeyArgument(command, "--new-key", "The data key that shall open it from now on");
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var bytes = SealingArguments.Bytes(result.GetValue(measurement));
            using var before = await key.OpenAsync(result, settings, cancellation);
            using var after = await newKey.OpenAsync(result, settings, cancellation);
            SealedFile.Rekey(result.GetValue(file)!, before, after, new SealExpectations
            {
                Measurement = bytes is null ? null : bytes,
                Counter = SealingArguments.Counter(result, counting, marks, settings),
            });
            return ExitCode.Done;
        });
        return command;
    }
}
