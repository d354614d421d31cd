using System.Globalization;

namespace Mimir.Cli.Benching;

/// <summary>A measurement as a table for people.</summary>
internal static class BenchTable
{
    /// <summary>Prints it.</summary>
    public static void Print(TextWriter output, BenchReport report)
    {
        Tables.Print(output, $"{report.Shape}, context {report.Context}, {report.Parties} parties, {report.Security}, {report.Weights} weights",
        [
            ("Seconds per token, everything on this machine", Quantity.Seconds(report.SecondsPerToken)),
            ("  of which in steps, dealing beside them", Quantity.Seconds(report.StepSecondsPerToken)),
            ("  a step with everything dealt before", Quantity.Seconds(report.OnlineSecondsPerToken)),
            ("  floor at the measured bandwidth", Quantity.Seconds(report.FloorSeconds)),
            ("  ratio to the floor", report.RatioToFloor.ToString("0.00", CultureInfo.InvariantCulture)),
            ($"Prompt of {report.PrefillPositions} positions, to the first token", Quantity.Seconds(report.PrefillSeconds)),
            ("  of which in steps", Quantity.Seconds(report.PrefillStepSeconds)),
            .. report.FirstPrefillSeconds is { } first ? [("  of the cluster's first session", Quantity.Seconds(first))] : Array.Empty<(string, string)>(),
            ($"Tokens per second{(report.Lanes > 1 ? $" of {report.Lanes} sessions" : "")}", report.TokensPerSecond.ToString("0.###", CultureInfo.InvariantCulture)),
            .. report.Speculate > 0 ? [($"Tokens out of a run with {report.Speculate} guesses", report.TokensPerRun.ToString("0.00", CultureInfo.InvariantCulture))] : Array.Empty<(string, string)>(),
            ("Read bandwidth", string.Create(CultureInfo.InvariantCulture, $"{report.ReadBandwidthGbps:0.0} GB/s")),
            ("Rounds per layer", Quantity.Count(report.RoundsPerLayer)),
            ("Rounds per token", Quantity.Count(report.RoundsPerToken)),
            ("Opened per layer by each party", Quantity.Bytes(report.BytesPerLayer)),
            ("Dealt per token", Quantity.Bytes(report.DealtBytesPerToken)),
            .. Network(report.Network),
            .. report.Breakdown?.Rows() ?? [],
            ("Processor time of each party, a token", Quantity.Seconds(report.PartyProcessorSeconds)),
            ("Processor time of the Triple Service", Quantity.Seconds(report.TriplesProcessorSeconds)),
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
