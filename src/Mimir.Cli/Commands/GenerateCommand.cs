using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Cli.Generation;
using Mimir.Client;
using Mimir.Models.Files;
using Mimir.Models.Tokenizers;
using Mimir.Models.Transformers;
using Mimir.Services.Hardening;
using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
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
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        command.Options.Add(model);
        command.Options.Add(prompt);
        var arguments = new GenerationArguments(command);
        command.Options.Add(config);
        command.Options.Add(json);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var directory = ShippedModel.Or(result.GetValue(model));
            var output = result.InvocationConfiguration.Output;
            var (report, first) = await RunAsync(
                settings, directory, arguments.PublicText(result), result.GetValue(prompt)!, arguments.Read(result, settings),
                result.GetValue(json) ? result.InvocationConfiguration.Error : output, cancellation);
            if (result.GetValue(json)) Json.Write(output, report);
            else report.Print(output, first);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<(GenerationReport Report, TimeSpan FirstToken)> RunAsync(
        MimirConfig settings, string directory, string? system, string prompt, GenerationOptions generation, TextWriter shown, CancellationToken cancellation)
    {
        var role = RoleCommands.Settings(settings);
        var tokenizer = ModelDirectory.OpenTokenizer(directory);
        var layout = generation.Weights.LayoutOf(ModelDirectory.OpenConfig(directory));
        if (system is not null) generation = generation with { PublicTokens = PromptText.Encode(tokenizer, system, first: true) };
        var tokens = PromptText.Encode(tokenizer, prompt, first: system is null);
        ProcessHardening.Apply();
        using var identity = Identity.Load(role.Identity);
        using var anchors = role.OpenAnchors();
        var plan = PromptPlanner.Plan(layout, [(identity.Name, tokens.Count)], [identity.Name], generation);
        var address = HostAddress.Parse(role.Coordinator ?? throw new UsageException("coordinator is not set; put it into the file that --config names, or into the environment"));
        using var client = new MimirClient(new TlsSettings { Identity = identity, Anchors = anchors }, address.Host, address.Port);
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), generation.Parties, generation.Active);
        terms.MaxContext = (uint)generation.MaxContext;
        var text = new StreamedText(tokenizer, shown, system + prompt);
        var session = await client.CreateSessionAsync(terms, cancellation);
        var task = new ClientTask
        {
            Terms = terms,
            Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = tokens },
            Weights = generation.Weights,
            VocabularySize = layout.VocabularySize,
            Drafter = generation.Speculate > 0 ? DrafterFile.Open(directory) : null,
            EndTokens = tokenizer.EosIds,
            OnToken = text.Append,
            OnProgress = text.Count,
        };
        var result = await client.RunAsync(session, task, cancellation);
        return (GenerationReport.Of(text.Finish(), [.. plan.PublicTokens, .. tokens], result, generation, await client.MetricsAsync(session, cancellation)), result.FirstToken);
    }
}
