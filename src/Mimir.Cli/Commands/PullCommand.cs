using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Cli.Storage;
using Mimir.Models.Store;
using Mimir.Models.Store.Hub;

namespace Mimir.Cli.Commands;

/// <summary>`mimir pull`: a model from a Hugging Face endpoint into the store.</summary>
public static class PullCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("ORG/NAME[@REVISION]") { Description = "A model, at a branch, tag or commit; main when not given" };
        var name = new Option<string?>("--name") { Description = "Another name in the store", HelpName = "NAME" };
        var skipCheck = ModelImportCommand.NoCheck();
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("pull", "Fetches a model's configuration, tokenizer and safetensors, checks their checksums, and goes on where an earlier attempt stopped; HF_TOKEN for models that need one")
        {
            model, name, skipCheck, config, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var (source, revision) = Parse(result.GetValue(model)!);
            var (store, error) = (ShippedModel.Store(), result.InvocationConfiguration.Error);
            var target = result.GetValue(name) is { } named ? ModelName.Parse(named) : source;
            using var client = new HubClient(Options(settings, Environment.GetEnvironmentVariable));
            (ModelManifest Manifest, bool Fetched) done;
            using (var line = new TransferLine(error)) done = await new HubPull(client, store).RunAsync(source, revision, target, line, cancellation);
            if (done.Fetched && !result.GetValue(skipCheck))
                RangeCheck.Warn(store.PathOf(target), settings.FixedPoint.ScaleBits, settings.FixedPoint.ChebyshevDegree, error, cancellation);
            ModelImportCommand.Report(result, json, store, done.Manifest, done.Fetched ? "pulled" : "already there:");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>models.endpoint, else HF_ENDPOINT as Hugging Face's own tools read it, else Hugging Face; and the token of HF_TOKEN.</summary>
    /// <exception cref="UsageException">HF_ENDPOINT is no address.</exception>
    internal static HubOptions Options(MimirConfig settings, Func<string, string?> variable)
    {
        var endpoint = HubOptions.HuggingFace;
        if ((settings.ModelsEndpoint ?? variable("HF_ENDPOINT")) is { Length: > 0 } text && !Uri.TryCreate(text, UriKind.Absolute, out endpoint))
            throw new UsageException($"HF_ENDPOINT is '{text}', which is no address; it looks like https://huggingface.co");
        var token = variable("HF_TOKEN")?.Trim();
        if (token?.Any(c => c is <= ' ' or > '~') == true) throw new UsageException("HF_TOKEN holds characters that no token has; set it to the token alone");
        return new HubOptions { Endpoint = endpoint!, Token = token is { Length: > 0 } ? token : null };
    }

    private static (ModelName Name, string Revision) Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (name, revision) = at < 0 ? (text, "main") : (text[..at], text[(at + 1)..]);
        if (!name.Contains('/', StringComparison.Ordinal) || revision.Length is 0 or > 255 || revision.Any(char.IsControl))
            throw new UsageException($"'{text}' does not name a model; give ORG/NAME or ORG/NAME@REVISION, such as HuggingFaceTB/SmolLM2-135M");
        return (ModelName.Parse(name), revision);
    }
}
