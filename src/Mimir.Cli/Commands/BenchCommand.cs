using System.CommandLine;
using Mimir.Cli.Benching;
using Mimir.Cli.Benching.Networks;
using Mimir.Cli.Configuration;

namespace Mimir.Cli.Commands;

/// <summary>`mimir bench`: measured speed with all roles as processes on this machine, beside the floor.</summary>
public static class BenchCommand
{
    private const int UsualWarm = 24;
    private const string DefaultPrompt = "In the beginning";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var shape = new Option<string>("--shape") { Description = "A well-known shape, with random weights, or a model directory", HelpName = "NAME|DIR", DefaultValueFactory = _ => "gpt2-small" };
        var context = SharedOptions.Bounded(new Option<int>("--context") { Description = "Positions in the context when the last token is sampled", HelpName = "T", DefaultValueFactory = _ => 64 }, 2, 1 << 20);
        var tokens = SharedOptions.Bounded(new Option<int>("--tokens") { Description = "Tokens to measure, the last of the context", HelpName = "N", DefaultValueFactory = _ => 16 }, 2, 1 << 16);
        var warm = SharedOptions.Bounded(new Option<int?>("--warm") { Description = "Tokens before the measured ones, while code is still being compiled [default: 24, or as many as the context has room for]", HelpName = "N" }, 0, 1 << 16);
        var prefill = SharedOptions.Bounded(new Option<int?>("--prefill") { Description = "Positions of the prompt, measured in the cluster's second session; the context is then as long as prompt and tokens", HelpName = "P" }, 1, 1 << 20);
        var lanes = SharedOptions.Bounded(new Option<int>("--lanes") { Description = "Sessions at once", HelpName = "B", DefaultValueFactory = _ => 1 }, 1, 64);
        var prompt = new Option<string?>("--prompt") { Description = $"Text to continue, of a model directory; its length decides the context's ('{DefaultPrompt}' with --speculate)", HelpName = "TEXT" };
        var speculate = SharedOptions.Speculate();
        var network = new Option<string?>("--network") { Description = "Emulate a host for every role, this far apart (needs root); round trip and rate", HelpName = "lan|wan|far|20ms/200Mbit" };
        var breakdown = new Option<bool>("--breakdown") { Description = "Also say where the time of a step goes" };
        var record = new Option<string?>("--record") { Description = "Also append the result, with commit and machine, to this file of JSON lines", HelpName = "FILE" };
        var threads = SharedOptions.Bounded(new Option<int?>("--threads") { Description = "Threads of every party and of the Triple Service [default: the processors, shared out among them]", HelpName = "T" }, 1, 1024);
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("bench", "Measures seconds per token with every role on this machine, against the machine's read bandwidth")
        {
            shape, context, tokens, warm, prefill, prompt, speculate, lanes, threads, network, breakdown, record, parties, security, config, json,
        };
        var weights = new WeightArguments(command);
        var logits = SharedOptions.LogitsToOwner();
        command.Options.Add(logits);
        command.SetAction(async (result, cancellation) =>
        {
            var settings = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var before = result.GetValue(warm) ?? (result.GetValue(prefill) is null ? Math.Clamp(result.GetValue(context) - result.GetValue(tokens), 0, UsualWarm) : UsualWarm);
            var length = result.GetValue(prefill) is { } positions ? positions + before + result.GetValue(tokens) - 1 : result.GetValue(context);
            var request = new BenchRequest(result.GetValue(shape)!, length, result.GetValue(tokens), result.GetValue(parties), result.GetValue(security) == "active")
            {
                LogitsToOwner = SharedOptions.AreLogitsToOwner(result, logits, weights.Read(result)),
                Warm = before,
                Prefill = result.GetValue(prefill) is not null,
                Lanes = result.GetValue(lanes),
                Threads = result.GetValue(threads),
                Speculate = result.GetValue(speculate),
                Text = result.GetValue(prompt) ?? (result.GetValue(speculate) > 0 ? DefaultPrompt : null),
                Breakdown = result.GetValue(breakdown),
                Weights = weights.Read(result),
                ScaleBits = settings.FixedPoint.ScaleBits,
                ChebyshevDegree = settings.FixedPoint.ChebyshevDegree,
                AuditRate = settings.TriplePool.AuditRate,
                BlockSteps = settings.TriplePool.MinSize,
            };
            if (request.Text is null && request.Prompt < 1) throw new UsageException($"--tokens {request.Tokens} after --warm {request.Warm} leave no prompt in a context of {request.Context}");
            using var history = result.GetValue(record) is { } file ? History.Open(file) : null;
            void Say(string line) => result.InvocationConfiguration.Error.WriteLine(line);
            var report = result.GetValue(network) is { } distance
                ? await EmulatedBench.RunAsync(request, NetworkProfile.Parse(distance), Say, cancellation)
                : await BenchRun.RunAsync(request, Say, () => { }, cancellation);
            if (history is not null) History.Append(history, report, TimeProvider.System.GetUtcNow());
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) Json.Write(output, report);
            else BenchTable.Print(output, report);
            return ExitCode.Done;
        });
        command.Subcommands.Add(BenchBudgetCommand.Create());
        command.Subcommands.Add(BenchGrowCommand.Create());
        command.Subcommands.Add(BenchDrafterCommand.Create());
        command.Subcommands.Add(BenchCalibrateCommand.Create());
        return command;
    }
}
