using System.CommandLine;
using Mimir.Cli.Keys;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Commands;

/// <summary>`mimir seal`.</summary>
public static class SealCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "What to seal" };
        var output = new Option<string>("--out") { Description = "The sealed file", HelpName = "FILE", Required = true };
        var label = new Option<string?>("--label") { Description = "What the file is; its own name when not given. It opens only as that", HelpName = "NAME" };
        var measurement = SealingArguments.Measurement("The measurement of the code that may open it");
        var marks = SealingArguments.Marks();
        var counting = SealingArguments.Counter();
        var config = SharedOptions.Config();
        var command = new Command("seal", "Encrypts a file (AES-256-GCM, in chunks) so that any change, cut or exchange is noticed") { file, output, label, measurement, marks, counting, config };
        var key = new KeyArgument(command, "--key", "The data key");
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var path = result.GetValue(file)!;
            var named = result.GetValue(label) ?? Path.GetFileName(path);
            if (!SealTerms.IsLabel(named)) throw new UsageException($"'{named}' cannot be a label; give one of letters, digits, '.', '-', '_' with --label");
            var bytes = SealingArguments.Bytes(result.GetValue(measurement));
            var counter = SealingArguments.Counter(result, counting, marks, settings);
            using var dataKey = await key.OpenAsync(result, settings, cancellation);
            using var plaintext = File.OpenRead(path);
            SealedFile.Seal(plaintext, result.GetValue(output)!, dataKey, new SealTerms(named) { Measurement = bytes, Counter = 1 + (counter?.Read(named) ?? 0) }, counter);
            return ExitCode.Done;
        });
        return command;
    }
}
