using System.CommandLine;
using Mimir.Cli.Chat;
using Mimir.Cli.Demo;
using Mimir.Cli.Generation;
using Mimir.Cli.Keeping;
using Mimir.Client;
using Mimir.Client.Chat;
using Mimir.Client.Sampling;
using Mimir.Client.Text;
using Mimir.Models.Templates;
using Mimir.Services.Hardening;

namespace Mimir.Cli.Commands;

/// <summary>`mimir run MODEL PROMPT`: one answer, on the cluster that is up for that model or on one of its own.</summary>
public static class RunCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model directory, the name of the shipped one, or of one in the store" };
        var prompt = new Argument<string>("PROMPT") { Description = "What to answer; a model without a chat template goes on from it" };
        var command = new Command("run", "One answer, on the cluster that is up for this model, or on one that is started for it and ends with it") { model, prompt };
        var talk = new TalkArguments(command);
        var config = SharedOptions.Config();
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        var json = SharedOptions.Json();
        foreach (var option in (Option[])[parties, security]) command.Options.Add(option);
        var weights = new WeightArguments(command);
        foreach (var option in (Option[])[config, json]) command.Options.Add(option);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = SharedOptions.Settings(result, config);
            var options = talk.Read(result, settings);
            var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(ShippedModel.Or(result.GetValue(model))));
            var (output, error) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            var cluster = new LocalClusterOptions
            {
                Model = directory,
                Parties = result.GetValue(parties),
                Active = SharedOptions.IsActive(result, security, settings),
                ScaleBits = settings.FixedPoint.ScaleBits,
                Weights = weights.Read(result),
            };
            ProcessHardening.Apply();
            await using var access = result.GetValue(config) is not null && settings.Process.Coordinator is not null
                ? ClusterAccess.Of(settings, directory, options with { Parties = cluster.Parties, Active = cluster.Active, Weights = cluster.Weights })
                : await LocalAsync(cluster, options, error, cancellation);
            await AnswerAsync(access, result.GetValue(prompt)!, output, result.GetValue(json) ? null : output, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<ClusterAccess> LocalAsync(LocalClusterOptions cluster, GenerationOptions options, TextWriter error, CancellationToken cancellation)
    {
        var state = StateDirectory.OfUser();
        if (state.Read() is { Ready: true } kept && kept.Model == cluster.Model) return ClusterAccess.Of(state, kept, options);
        error.WriteLine($"starting a cluster for {Path.GetFileName(cluster.Model)}; 'mimir up --detach --model' keeps one");
        return await ClusterAccess.StartAsync(cluster, options, cancellation);
    }

    private static async Task AnswerAsync(ClusterAccess access, string text, TextWriter output, TextWriter? streamed, CancellationToken cancellation)
    {
        var model = access.Owner.Model;
        var template = ChatTemplate.TryOpen(model.Directory);
        var prompt = template is null ? new ChatPrompt(PromptText.Encode(model.Tokenizer, text, first: true), []) : ChatPrompt.Of(model, template, [new ChatMessage("user", text)]);
        var context = access.Options.MaxContext > 0 ? Math.Min(access.Options.MaxContext, model.Config.MaxPositions) : model.Config.MaxPositions;
        var sampling = new SamplingRequest { Stop = prompt.Stop, MaxTokens = Math.Max(1, Math.Min(access.Options.MaxTokens, context - prompt.Tokens.Count + 1)) };
        await using var run = access.Owner.Start(new TextRequest { Prompt = prompt.Tokens, Options = access.Options, Sampling = sampling }, cancellation);
        await foreach (var piece in run.Pieces)
        {
            streamed?.Write(piece.Text);
            streamed?.Flush();
        }
        var result = await run.Completion;
        if (streamed is null) Json.Write(output, GenerationReport.Of(result.Text, prompt.Tokens, result.Generation, access.Options, result.Metrics));
        else streamed.WriteLine();
    }
}
