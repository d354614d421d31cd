using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Benching;
using Mimir.Cli.Benching.Networks;
using Mimir.Cli.Generation;
using Mimir.Cli.Planning;
using Mimir.Cli.Planning.Machines;
using Mimir.Client.Drafting;
using Mimir.Models.Files;
using Mimir.Models.Reference;

namespace Mimir.Cli.Commands;

/// <summary>`mimir bench drafter`: what drafting would bring over a distance, without running anything secure.</summary>
public static class BenchDrafterCommand
{
    private static readonly int[] Lengths = [1, 2, 3, 4, 6, 8];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A model directory, or a name in the store; the shipped model when not given", HelpName = "DIR|NAME" };
        var prompts = new Option<string[]>("--prompt") { Description = "What to continue; may be given several times", HelpName = "TEXT", DefaultValueFactory = _ => ["In the beginning", "And it came to pass", "The king said unto", "Blessed are they that"] };
        var tokens = SharedOptions.Bounded(new Option<int>("--max-tokens") { Description = "Tokens to generate after each prompt", HelpName = "N", DefaultValueFactory = _ => 120 }, 2, 4096);
        var temperature = new Option<double>("--temperature") { Description = "0 is greedy", HelpName = "T", DefaultValueFactory = _ => 0 };
        var network = new Option<string>("--network") { Description = "How far apart the parties are", HelpName = "lan|wan|far|20ms/200Mbit", DefaultValueFactory = _ => "wan" };
        var json = SharedOptions.Json();
        var command = new Command("drafter", "Measures how many guessed tokens the model confirms (by the float reference), and the speed-up to expect") { model, prompts, tokens, temperature, network, json };
        command.SetAction(result =>
        {
            var path = ShippedModel.Or(result.GetValue(model));
            using var directory = ModelDirectory.Open(path);
            var table = DrafterFile.Read(path);
            var weights = new ReferenceWeights(directory.Weights);
            var pick = DrafterReport.Sampler(result.GetValue(temperature), 1);
            var texts = result.GetValue(prompts)!.Select(p =>
            {
                int[] prompt = [.. directory.Tokenizer.Encode(p)];
                return ((IReadOnlyList<int>)prompt, (IReadOnlyList<int>)ReferenceModel.Generate(weights, prompt, result.GetValue(tokens), pick, directory.Tokenizer.EosIds.ToArray()).Tokens);
            }).ToArray();
            var layout = weights.Layout;
            var plan = Planner.Plan(new PlanRequest(directory.Name, layout, Math.Min(64, layout.MaxPositions), 2, true) { Machine = Machine.Known() });
            var seconds = plan.Roles[0].ComputeSeconds;
            var reports = DrafterReport.Of(texts, () => new NgramDrafter(table), Lengths, NetworkProfile.Parse(result.GetValue(network)!), plan.RoundsPerToken, seconds);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) Json.Write(output, new { Model = directory.Name, Table = table?.Entries ?? 0, plan.RoundsPerToken, PositionSeconds = seconds, Lengths = reports });
            else Tables.Print(output, $"{directory.Name}: {(table is null ? "no table, repetitions only" : $"{Quantity.Count(table.Entries)} contexts")}", reports.Select(r =>
                ($"{r.Length} guesses a step", string.Create(CultureInfo.InvariantCulture, $"{r.TokensPerStep:0.00} tokens a step, {100 * r.AcceptedShare:0} % of guesses right, × {r.SpeedUp:0.00}"))));
            return ExitCode.Done;
        });
        return command;
    }
}
