using System.CommandLine;
using Mimir.Cli.Keys;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Commands;

/// <summary>`mimir unseal`.</summary>
public static class UnsealCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file that 'mimir seal' made" };
        var output = new Option<string>("--out") { Description = "The plain file; appears only when all of it proved true", HelpName = "FILE", Required = true };
        var label = new Option<string?>("--label") { Description = "What the file must be; anything when not given", HelpName = "NAME" };
        var measurement = SealingArguments.Measurement("The measurement that the file is sealed for");
        var marks = SealingArguments.Marks();
        var counting = SealingArguments.Counter();
        var config = SharedOptions.Config();
        var command = new Command("unseal", "Decrypts a sealed file") { file, output, label, measurement, marks, counting, config };
        var key = new KeyArgument(command, "--key", "The data key");
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var bytes = SealingArguments.Bytes(result.GetValue(measurement));
            using var dataKey = await key.OpenAsync(result, settings, cancellation);
            SealedFile.Unseal(result.GetValue(file)!, result.GetValue(output)!, dataKey, new SealExpectations
            {
                Label = result.GetValue(label),
                Measurement = bytes is null ? null : bytes,
                Counter = SealingArguments.Counter(result, counting, marks, settings),
            });
            return ExitCode.Done;
        });
        return command;
    }
}
