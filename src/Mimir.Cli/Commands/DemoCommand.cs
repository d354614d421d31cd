using System.CommandLine;
using Mimir.Cli.Configuration;
using Mimir.Cli.Demo;
using Mimir.Trust;

namespace Mimir.Cli.Commands;

/// <summary>`mimir demo`: every role as a process of its own on this machine, a prompt in, tokens out.</summary>
public static class DemoCommand
{
    private const string DefaultPrompt = "In the beginning";
    private const string DefaultOwner = "client";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("demo", "Runs every role as a separate process on this machine and generates text that none of them can read");
        var model = new Option<string?>("--model") { Description = "A model directory; the shipped model when not given", HelpName = "DIR" };
        var prompt = new Option<string?>("--prompt") { Description = $"Text to start from ('{DefaultPrompt}' when not given)", HelpName = "TEXT" };
        var segment = new Option<string[]>("--segment") { Description = "One data owner's part of the prompt; repeat it, in order, instead of --prompt", HelpName = "OWNER:TEXT" };
        var receiver = new Option<string[]>("--receiver") { Description = "A data owner who gets the tokens; the first one when not given", HelpName = "NAME" };
        var config = SharedOptions.Config();
        var verbose = new Option<bool>("--verbose") { Description = "Show the logs of all processes" };
        var json = SharedOptions.Json();
        foreach (var option in (Option[])[model, prompt, segment, receiver]) command.Options.Add(option);
        var generation = new GenerationArguments(command);
        foreach (var option in (Option[])[config, verbose, json]) command.Options.Add(option);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var segments = Segments(result.GetValue(segment) ?? [], result.GetValue(prompt));
            var receivers = result.GetValue(receiver) is { Length: > 0 } named ? named : [segments[0].Owner];
            foreach (var name in receivers) RequireName(name);
            var options = new DemoOptions
            {
                Model = ShippedModel.Or(result.GetValue(model)),
                PublicText = generation.PublicText(result),
                Segments = segments,
                Receivers = [.. receivers.Distinct()],
                Generation = generation.Read(result, settings),
                Stops = generation.Stops(result),
                Json = result.GetValue(json),
                Verbose = result.GetValue(verbose),
            };
            await DemoRun.RunAsync(options, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, cancellation);
            return ExitCode.Done;
        });
        return command;
    }

    private static List<(string Owner, string Text)> Segments(string[] segments, string? prompt)
    {
        if (segments.Length == 0) return [(DefaultOwner, prompt ?? DefaultPrompt)];
        if (prompt is not null) throw new UsageException("give either --prompt or --segment, not both");
        var result = new List<(string, string)>();
        foreach (var segment in segments)
        {
            var colon = segment.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1) throw new UsageException($"--segment '{segment}' names no owner; write OWNER:TEXT");
            RequireName(segment[..colon]);
            result.Add((segment[..colon], segment[(colon + 1)..]));
        }
        return result;
    }

    private static void RequireName(string name)
    {
        if (!PeerName.IsValid(name)) throw new UsageException($"'{name}' is no name of a data owner: 1 to {PeerName.MaxLength} characters out of a-z, 0-9, '.', '-', '_', the first a letter or digit");
    }
}
