using System.CommandLine;
using Mimir.Cli.Storage;
using Mimir.Models.Store;

namespace Mimir.Cli.Commands;

/// <summary>`mimir model import`: a GGUF file or a Hugging Face directory into the store.</summary>
public static class ModelImportCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var path = new Argument<string>("FILE|DIR") { Description = "A GGUF file, or a Hugging Face directory with safetensors" };
        var name = new Option<string?>("--name") { Description = "NAME or ORG/NAME in the store; the file's own name when not given", HelpName = "NAME" };
        var replace = new Option<bool>("--replace") { Description = "Instead of a model of this name, if there is one" };
        var skipCheck = NoCheck();
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("import", "Puts a model into the store; GGUF is converted back, quantised weights as the numbers they stand for") { path, name, replace, skipCheck, config, json };
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var (file, store, error) = (result.GetValue(path)!, ShippedModel.Store(), result.InvocationConfiguration.Error);
            if (!File.Exists(file) && !Directory.Exists(file)) throw new UsageException($"{file}: neither a file nor a directory; name a *.gguf or a model directory");
            var model = NameOf(file, result.GetValue(name));
            ModelManifest manifest;
            using (var line = new TransferLine(error)) manifest = await new ModelImport(store).RunAsync(file, model, result.GetValue(replace), line, cancellation);
            if (!result.GetValue(skipCheck)) RangeCheck.Warn(store.PathOf(model), settings.FixedPoint.ScaleBits, settings.FixedPoint.ChebyshevDegree, error, cancellation);
            Report(result, json, store, manifest, "imported");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>--no-check.</summary>
    internal static Option<bool> NoCheck() => new("--no-check") { Description = "Do not run a short text through the model to see whether its numbers fit fixed point" };

    /// <summary>Prints what is stored now.</summary>
    internal static void Report(ParseResult result, Option<bool> json, ModelStore store, ModelManifest manifest, string verb)
    {
        var stored = StoredModel.Of(store, manifest);
        if (result.GetValue(json)) Json.Write(result.InvocationConfiguration.Output, stored);
        else stored.Print(result.InvocationConfiguration.Output, verb);
    }

    private static ModelName NameOf(string path, string? named)
    {
        if (named is not null) return ModelName.Parse(named);
        var own = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (own.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) own = own[..^5];
        return ModelName.Find(own) ?? throw new UsageException($"'{own}' cannot be a model's name; give one with --name");
    }
}
