using Mimir.Cli.Planning;
using Mimir.Cli.Planning.Machines;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;

namespace Mimir.Cli.Benching;

/// <summary>
/// Measures a machine's prices: a handful of small shapes, each large in another kind of work, run as `mimir bench` runs them, and four
/// fits (<see cref="Prices.Fit"/>). About two minutes.
/// </summary>
internal static class CalibrationRun
{
    private const int Tokens = 9;

    private static readonly (string Shape, int Context)[] Grid =
    [
        ("gpt2:layers=2,hidden=64,heads=2,inner=128,vocabulary=512", 16),
        ("gpt2:layers=12,hidden=64,heads=2,inner=128,vocabulary=512", 16),
        ("gpt2:layers=4,hidden=128,heads=4,inner=4096,vocabulary=512", 16),
        ("gpt2:layers=2,hidden=128,heads=2,inner=256,vocabulary=30000", 16),
        ("gpt2:layers=4,hidden=128,heads=32,inner=256,vocabulary=512", 48),
        ("gpt2:layers=3,hidden=1024,heads=8,inner=1024,vocabulary=512", 16),
        ("gpt2:layers=2,hidden=2048,heads=16,inner=2048,vocabulary=4096", 16),
        ("gpt2:layers=6,hidden=384,heads=6,inner=1536,vocabulary=8192", 32),
    ];

    /// <summary>The measured machine.</summary>
    public static async Task<Machine> RunAsync(string name, Action<string> progress, CancellationToken cancellation)
    {
        var two = await MeasureAsync(2, progress, cancellation);
        var more = await MeasureAsync(3, progress, cancellation);
        var bandwidth = Math.Round(two.Concat(more).Max(m => m.Report.ReadBandwidthGbps), 1);
        return new Machine(name, Environment.ProcessorCount, bandwidth, Fit(two), Fit(more));
    }

    /// <summary>Four fits to measurements.</summary>
    public static Calibration Fit(IReadOnlyList<(Work Work, BenchReport Report)> measured) => new(
        Prices.Fit([.. measured.Select(m => (m.Work, m.Report.PartyProcessorSeconds))]),
        Prices.Fit([.. measured.Select(m => (m.Work, m.Report.TriplesProcessorSeconds))]),
        Prices.Fit([.. measured.Select(m => (m.Work, m.Report.OnlineSecondsPerToken))]),
        Prices.Fit([.. measured.Select(m => (m.Work, m.Report.SecondsPerToken))]));

    private static async Task<List<(Work Work, BenchReport Report)>> MeasureAsync(int parties, Action<string> progress, CancellationToken cancellation)
    {
        var measured = new List<(Work, BenchReport)>();
        foreach (var (shape, context) in Grid)
        {
            progress($"{parties} parties, {shape}, context {context}");
            var report = await BenchRun.RunAsync(new BenchRequest(shape, context, Tokens, parties, true), _ => { }, () => { }, cancellation);
            measured.Add((WorkOf(report), report));
        }
        return measured;
    }

    /// <summary>The work of a measured token.</summary>
    public static Work WorkOf(BenchReport report)
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find(report.Shape));
        return Planner.Plan(new PlanRequest(report.Shape, layout, report.Context, report.Parties, report.Security == "active")).Work;
    }
}
