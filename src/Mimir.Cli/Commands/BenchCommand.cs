using System.CommandLine;
using System.Globalization;
using Mimir.Cli.Benching;
using Mimir.Cli.Benching.Networks;
using Mimir.Cli.Configuration;

namespace Mimir.Cli.Commands;

/// <summary>`mimir bench`: measured speed with all roles as processes on this machine, beside the floor.</summary>
public static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var shape = new Option<string>("--shape") { Description = "A well-known shape, with random weights, or a model directory", HelpName = "NAME|DIR", DefaultValueFactory = _ => "gpt2-small" };
        var context = SharedOptions.Bounded(new Option<int>("--context") { Description = "Positions in the context when the last token is sampled", HelpName = "T", DefaultValueFactory = _ => 64 }, 2, 1 << 20);
        var tokens = SharedOptions.Bounded(new Option<int>("--tokens") { Description = "Tokens to measure, the last of the context", HelpName = "N", DefaultValueFactory = _ => 16 }, 2, 1 << 16);
        var lanes = SharedOptions.Bounded(new Option<int>("--lanes") { Description = "Sessions at once; 1 in this version", HelpName = "B", DefaultValueFactory = _ => 1 }, 1, 1);
        var network = new Option<string?>("--network") { Description = "Emulate a host for every role, this far apart (needs root); round trip and rate", HelpName = "lan|wan|far|20ms/200Mbit" };
        var breakdown = new Option<bool>("--breakdown") { Description = "Also say where the time of a step goes" };
        var parties = SharedOptions.Parties();
        var security = SharedOptions.Security();
        var config = SharedOptions.Config();
        var json = SharedOptions.Json();
        var command = new Command("bench", "Measures seconds per token with every role on this machine, against the machine's read bandwidth")
        {
            shape, context, tokens, lanes, network, breakdown, parties, security, config, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var settings = ConfigLoader.Load(result.GetValue(config), EnvironmentSettings.OfProcess());
            var request = new BenchRequest(result.GetValue(shape)!, result.GetValue(context), result.GetValue(tokens), result.GetValue(parties), result.GetValue(security) == "active")
            {
                Breakdown = result.GetValue(breakdown),
                ScaleBits = settings.FixedPoint.ScaleBits,
                ChebyshevDegree = settings.FixedPoint.ChebyshevDegree,
                AuditRate = settings.TriplePool.AuditRate,
                BlockSteps = settings.TriplePool.MinSize,
            };
            if (request.Tokens >= request.Context) throw new UsageException($"--tokens {request.Tokens} leaves no prompt in a context of {request.Context}");
            void Say(string line) => result.InvocationConfiguration.Error.WriteLine(line);
            var report = result.GetValue(network) is { } distance
                ? await EmulatedBench.RunAsync(request, NetworkProfile.Parse(distance), Say, cancellation)
                : await BenchRun.RunAsync(request, Say, () => { }, cancellation);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json)) Json.Write(output, report);
            else Print(output, report);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(TextWriter output, BenchReport report)
    {
        Tables.Print(output, $"{report.Shape}, context {report.Context}, {report.Parties} parties, {report.Security}",
        [
            ("Seconds per token, everything on this machine", Quantity.Seconds(report.SecondsPerToken)),
            ("  of which in steps", Quantity.Seconds(report.OnlineSecondsPerToken)),
            ("  floor at the measured bandwidth", Quantity.Seconds(report.FloorSeconds)),
            ("  ratio to the floor", report.RatioToFloor.ToString("0.00", CultureInfo.InvariantCulture)),
            ("Tokens per second", report.TokensPerSecond.ToString("0.###", CultureInfo.InvariantCulture)),
            ("Read bandwidth", string.Create(CultureInfo.InvariantCulture, $"{report.ReadBandwidthGbps:0.0} GB/s")),
            ("Rounds per layer", Quantity.Count(report.RoundsPerLayer)),
            ("Rounds per token", Quantity.Count(report.RoundsPerToken)),
            ("Opened per layer by each party", Quantity.Bytes(report.BytesPerLayer)),
            ("Dealt per token", Quantity.Bytes(report.DealtBytesPerToken)),
            .. Network(report.Network),
            .. report.Breakdown?.Rows() ?? [],
            ("Sharing the model", Quantity.Seconds(report.LoadSeconds)),
            .. report.PeakMemoryBytes.Select(p => ($"Peak memory, {p.Key}", Quantity.Bytes(p.Value))),
        ]);
    }

    private static IEnumerable<(string, string)> Network(NetworkReport? network) => network is null ? [] :
    [
        (string.Create(CultureInfo.InvariantCulture, $"Network {network.Profile}: {network.RoundTripMilliseconds:0.##} ms there and back, {network.MegabitsPerSecond:0} Mbit/s from each host"), ""),
        ("  rounds × one-way delay", Quantity.Seconds(network.RoundsTimesDelaySeconds)),
        ("  of the time of a token", string.Create(CultureInfo.InvariantCulture, $"{100 * network.FractionOfTime:0} %")),
        ("  openings at that rate", Quantity.Seconds(network.OpeningSeconds)),
        ("  dealing at that rate", Quantity.Seconds(network.DealingSeconds)),
        ("  floor of the network", Quantity.Seconds(network.FloorSeconds)),
    ];
}
