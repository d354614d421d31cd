using System.CommandLine;
using Google.Protobuf;
using Mimir.Cli.Configuration;
using Mimir.Cli.Generation;
using Mimir.Client;
using Mimir.Client.Drafting;
using Mimir.Client.Text;
using Mimir.Models.Files;
using Mimir.Models.Tokenizers;
using Mimir.Models.Transformers;
using Mimir.Services.Hardening;
using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Cli.Commands;

/// <summary>`mimir generate`: a data owner's client of a running cluster. Opens the model's tokenizer and public configuration only.</summary>
public static class GenerateCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("generate", "Sends a prompt, masked and sealed, to a running cluster and prints the tokens that come back");
        var model = new Option<string?>("--model") { Description = "Directory with the model's config.json and tokenizer; the shipped model when not given", HelpName = "DIR" };
        var prompt = new Option<string>("--prompt") { Description = "Text to start from", HelpName = "TEXT", Required = true };
        var prefix = new Option<string?>("--prefix-cache") { Description = "Have the parties keep the prompt's beginning for your next prompt that begins alike; what is kept, and of which text, is remembered in this file", HelpName = "FILE" };
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        command.Options.Add(model);
        command.Options.Add(prompt);
        var arguments = new GenerationArguments(command);
        command.Options.Add(prefix);
        command.Options.Add(config);
        command.Options.Add(json);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var directory = ShippedModel.Or(result.GetValue(model));
            var output = result.InvocationConfiguration.Output;
            var (file, system) = (result.GetValue(prefix), arguments.PublicText(result));
            if (file is not null && system is not null) throw new UsageException("give either --prefix-cache or --system-public, not both");
            var generation = arguments.Read(result, settings) with { KeepPrefix = file is not null };
            var stops = arguments.Stops(result);
            var shown = result.GetValue(json) ? result.InvocationConfiguration.Error : output;
            var kept = file is null ? null : PrefixFile.Read(file);
            (GenerationReport Report, TimeSpan FirstToken) done;
            try
            {
                done = await RunAsync(settings, directory, system, result.GetValue(prompt)!, generation, stops, kept, file, shown, cancellation);
            }
            catch (SessionFailedException error) when (kept is not null && error.Kind == FailureKind.Usage)
            {
                result.InvocationConfiguration.Error.WriteLine($"{error.Message}; sending the whole prompt");
                done = await RunAsync(settings, directory, system, result.GetValue(prompt)!, generation, stops, null, file, shown, cancellation);
            }
            var (report, first) = done;
            if (result.GetValue(json)) Json.Write(output, report);
            else report.Print(output, first);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<(GenerationReport Report, TimeSpan FirstToken)> RunAsync(
        MimirConfig settings, string directory, string? system, string prompt, GenerationOptions generation, IReadOnlyList<string> stops, PrefixFile? kept, string? keep,
        TextWriter shown, CancellationToken cancellation)
    {
        var role = RoleCommands.Settings(settings);
        var tokenizer = ModelDirectory.OpenTokenizer(directory);
        var layout = generation.Weights.LayoutOf(ModelDirectory.OpenConfig(directory));
        if (system is not null) generation = generation with { PublicTokens = PromptText.Encode(tokenizer, system, first: true) };
        var tokens = PromptText.Encode(tokenizer, prompt, first: system is null);
        var digest = ModelLayoutCodec.Digest(layout);
        // Whole buckets, so that what is padded behind them says no more about the prompt's length than before.
        var reused = (kept?.Reusable(tokens, Convert.ToHexString(digest)) ?? 0) / generation.PaddingBucket * generation.PaddingBucket;
        generation = generation with { ReusedRows = reused };
        ProcessHardening.Apply();
        using var identity = Identity.Load(role.Identity);
        using var anchors = role.OpenAnchors();
        var plan = PromptPlanner.Plan(layout, [(identity.Name, tokens.Count - reused)], [identity.Name], generation);
        var address = HostAddress.Parse(role.Coordinator ?? throw new UsageException("coordinator is not set; put it into the file that --config names, or into the environment"));
        using var client = new MimirClient(new TlsSettings { Identity = identity, Anchors = anchors }, address.Host, address.Port);
        var terms = SessionTermsCodec.Write(plan, digest, generation.Parties, generation.Active);
        terms.MaxContext = (uint)generation.MaxContext;
        if (reused > 0) terms.PrefixSession = ByteString.CopyFrom(Convert.FromHexString(kept!.Session));
        var text = new StreamedText(tokenizer, shown, system + prompt, stops);
        var session = await client.CreateSessionAsync(terms, cancellation);
        var task = new ClientTask
        {
            Terms = terms,
            Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = [.. tokens.Skip(reused)] },
            Prefix = [.. tokens.Take(reused)],
            Weights = generation.Weights,
            VocabularySize = layout.VocabularySize,
            Drafter = generation.Speculate > 0 ? DrafterFile.Open(directory) : null,
            EndTokens = tokenizer.EosIds,
            StopBucket = generation.StopBucket,
            Owner = generation.Owner,
            WantsMore = () => !text.Stopped,
            OnToken = text.Append,
            OnProgress = text.Count,
        };
        var result = await client.RunAsync(session, task, cancellation);
        if (keep is not null) new PrefixFile(session.ToString(), Convert.ToHexString(digest), [.. tokens.Take(plan.KeptRows)]).Write(keep);
        return (GenerationReport.Of(text.Finish(), [.. plan.PublicTokens, .. tokens], result, generation, await client.MetricsAsync(session, cancellation)), result.FirstToken);
    }
}
