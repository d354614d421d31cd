using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Planning;
using Mimir.Cli.Planning.Machines;
using Mimir.Models.Files;
using Mimir.Models.Shapes;
using Mimir.Numerics;

namespace Mimir.Cli.Commands;

/// <summary>`mimir plan`: what a token costs, without running anything.</summary>
public static class PlanCommand
{
    // Larger than any cache, small enough to measure in a fraction of a second.
    private const long MeasuredBytes = 256L << 20;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A model directory; only its config.json is read", HelpName = "DIR" };
        var shape = new Option<string?>("--shape") { Description = $"A well-known shape instead: {string.Join(", ", ModelShapes.Names)}", HelpName = "NAME" };
        var context = SharedOptions.Bounded(new Option<int>("--context") { Description = "Positions in the context", HelpName = "T", Required = true }, 1, 1 << 24);
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        var machine = new Option<string?>("--machine") { Description = "Project to machines like this one but of these numbers, one for every role", HelpName = "cores=N,bandwidth=GB/s,network=lan|wan|far|1ms/10000Mbit" };
        var file = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("plan", "Rounds, bytes, memory and expected seconds per token, without running anything")
        {
            model, shape, context, parties, security, machine, file, json,
        };
        var weights = new WeightArguments(command);
        var logits = SharedOptions.LogitsToOwner();
        command.Options.Add(logits);
        var speculate = SharedOptions.Speculate();
        command.Options.Add(speculate);
        command.SetAction(result =>
        {
            var (name, config) = Config(result.GetValue(model), result.GetValue(shape));
            var measured = Machine.Known();
            var settings = SharedOptions.Settings(result, file);
            var active = SharedOptions.IsActive(result, security, settings);
            var request = new PlanRequest(name, weights.Read(result).LayoutOf(config), result.GetValue(context), result.GetValue(parties), active)
            {
                FractionBits = settings.FixedPoint.ScaleBits,
                ChebyshevDegree = settings.FixedPoint.ChebyshevDegree,
                LogitsToOwner = SharedOptions.AreLogitsToOwner(result, logits, weights.Read(result)),
                Speculate = result.GetValue(speculate),
                BlockSteps = settings.TriplePool.MinSize,
                Machine = measured,
                Hardware = result.GetValue(machine) is { } text ? Hardware.Parse(text, measured) : null,
                ReadGigabytesPerSecond = Math.Round(MemoryBandwidth.MeasureReadGigabytesPerSecond(Environment.ProcessorCount, MeasuredBytes, 2), 2),
            };
            var report = Planner.Plan(request);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) Json.Write(output, report);
            else Print(output, report);
            return ExitCode.Done;
        });
        return command;
    }

    private static (string Name, ModelConfig Config) Config(string? model, string? shape) => (model, shape) switch
    {
        (null, null) => throw new UsageException("plan needs --model DIR or --shape NAME"),
        (not null, not null) => throw new UsageException("plan takes --model or --shape, not both"),
        (null, _) => (shape!, ModelShapes.Find(shape!)),
        _ => (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model!))), ModelDirectory.OpenConfig(model!)),
    };

    private static void Print(TextWriter output, PlanReport plan)
    {
        Tables.Print(output, $"{plan.Model}, context {plan.Context}, {plan.Parties} parties, {plan.Security}{(plan.Speculate > 0 ? $"; a step of {plan.Speculate + 1} positions in place of each token" : "")}",
        [
            ("Weights", Quantity.Count(plan.Parameters)),
            ("Rounds", ""),
            ("  per layer", Quantity.Count(plan.RoundsPerLayer)),
            ("  per token", Quantity.Count(plan.RoundsPerToken)),
            ("  per token, ahead of need", plan.OfflineRoundsPerToken.ToString("0.##", CultureInfo.InvariantCulture)),
            ("Bytes", ""),
            ("  opened by each party per layer", Quantity.Bytes(plan.BytesPerLayer)),
            ("  opened by each party per token", Quantity.Bytes(plan.BytesPerToken)),
            ("  dealt per token", Quantity.Bytes(plan.DealtBytesPerToken)),
            ("  dealt once per model", Quantity.Bytes(plan.DealtBytesAtLoad)),
            ("  weights to each party, once", Quantity.Bytes(plan.ModelBytesPerParty)),
            ("Memory", ""),
            ("  each party, at most", Quantity.Bytes(plan.PartyMemoryBytes)),
            ("  Triple Service", Quantity.Bytes(plan.TriplesMemoryBytes)),
            ("  all roles", Quantity.Bytes(plan.TotalMemoryBytes)),
            ($"Seconds per token ({(plan.Projection ? "PROJECTION, a machine for every role" : "estimate, all roles on this machine")})", ""),
            ("  floor: matrices read once per role and use, on one machine", Quantity.Seconds(plan.FloorSeconds)),
            ("  online", Quantity.Seconds(plan.OnlineSeconds)),
            ("  end to end", Quantity.Seconds(plan.SecondsPerToken)),
            ("A machine of its own: compute, memory, network", ""),
            .. plan.Roles.Select(r => ($"  {r.Role}",
                $"{Quantity.Seconds(r.ComputeSeconds)}, {Quantity.Seconds(r.MemorySeconds)}, {Quantity.Seconds(r.NetworkSeconds)} (bound by {r.Bound})")),
        ]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Prices measured on: {plan.Machine}. Read bandwidth measured now: {plan.ReadBandwidthGbps:0.#} GB/s."));
    }
}
