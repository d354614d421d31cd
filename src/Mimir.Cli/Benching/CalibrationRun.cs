using Mimir.Cli.Benching.Growth;
using Mimir.Cli.Planning;
using Mimir.Cli.Planning.Machines;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Numerics;

namespace Mimir.Cli.Benching;

/// <summary>
/// Measures a machine's prices: a handful of small shapes, each large in another kind of work, run as `mimir bench` runs them, and four
/// fits (<see cref="Prices.Fit"/>). About six minutes.
/// </summary>
internal static class CalibrationRun
{
    private const int Tokens = 17;

    // Three parties' tables of a long context take minutes.
    private static (string Shape, int Context)[] Shapes(int parties) =>
    [
        ("gpt2:layers=2,hidden=64,heads=2,inner=128,vocabulary=512", 64),
        ("gpt2:layers=12,hidden=64,heads=2,inner=128,vocabulary=512", 64),
        ("gpt2:layers=4,hidden=128,heads=4,inner=4096,vocabulary=512", 64),
        ("gpt2:layers=2,hidden=128,heads=2,inner=256,vocabulary=30000", 64),
        ("gpt2:layers=4,hidden=128,heads=32,inner=256,vocabulary=512", 64),
        ("gpt2:layers=2,hidden=128,heads=8,inner=256,vocabulary=512,positions=1024", parties == 2 ? 768 : 192),
        ("gpt2:layers=3,hidden=1024,heads=8,inner=1024,vocabulary=512", 64),
        ("gpt2:layers=2,hidden=2048,heads=16,inner=2048,vocabulary=4096", 64),
        ("gpt2:layers=6,hidden=384,heads=6,inner=1536,vocabulary=8192", 64),
    ];

    /// <summary>The measured points for groups of <paramref name="parties"/>.</summary>
    public static IReadOnlyList<GrowthPoint> Points(int parties) => [.. Shapes(parties).Select(s => new GrowthPoint(s.Shape, s.Context, 1, parties, 1))];

    /// <summary>The machine that <paramref name="file"/> describes, after the points that it lacks were measured.</summary>
    public static async Task<Machine> RunAsync(string name, GrowthFile file, Action<string> progress, CancellationToken cancellation)
    {
        foreach (var parties in (int[])[2, 3]) await file.MeasureAsync(Points(parties), Tokens, progress, cancellation);
        var bandwidth = Math.Round(MemoryBandwidth.MeasureReadGigabytesPerSecond(Environment.ProcessorCount), 1);
        return new Machine(name, Environment.ProcessorCount, bandwidth, Fit(file.Of(Points(2))), Fit(file.Of(Points(3))));
    }

    /// <summary>Four fits to measurements.</summary>
    public static Calibration Fit(IReadOnlyList<GrowthRow> measured)
    {
        var work = measured.Select(m => WorkOf(m.Point)).ToArray();
        Prices Of(Func<GrowthRow, double> seconds) => Prices.Fit([.. measured.Select((m, i) => (work[i], seconds(m)))]);
        return new Calibration(Of(m => m.PartyProcessorSeconds), Of(m => m.TriplesProcessorSeconds), Of(m => m.OnlineSeconds), Of(m => m.SecondsPerToken));
    }

    private static Work WorkOf(GrowthPoint point)
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find(point.Shape));
        return Planner.Plan(new PlanRequest(point.Shape, layout, point.Context, point.Parties, true)).Work;
    }
}
