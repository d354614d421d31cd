using Mimir.Cli.Planning;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;

namespace Mimir.Cli.Benching.Growth;

/// <summary>The measured points: from one middle point, one thing at a time grows.</summary>
internal static class GrowthGrid
{
    private const string Middle = "gpt2:layers=6,hidden=384,vocabulary=8192,positions=2048";
    private const int Context = 64;

    // Processes and their runtimes, beside what a plan counts.
    private const long Processes = 1L << 30;

    /// <summary>1 M to 500 M weights.</summary>
    public static IReadOnlyList<GrowthPoint> Parameters { get; } =
    [.. ((string[])[
        "gpt2:layers=4,hidden=128,vocabulary=2048", "gpt2:layers=6,hidden=192,vocabulary=8192", Middle,
        "gpt2:layers=8,hidden=512,vocabulary=16384", "gpt2-small", "gpt2:layers=16,hidden=1024", "gpt2:layers=24,hidden=1024", "gpt2:layers=24,hidden=1216"])
        .Select(s => new GrowthPoint(s, Context, 1, 2, 1))];

    /// <summary>Contexts of 64 to 2,048 positions.</summary>
    public static IReadOnlyList<GrowthPoint> Contexts { get; } = Along([64, 128, 256, 512, 1024, 2048], c => new GrowthPoint(Middle, c, 1, 2, 1));

    /// <summary>1 to 16 sessions at once.</summary>
    public static IReadOnlyList<GrowthPoint> Lanes { get; } = Along([1, 2, 4, 8, 16], l => new GrowthPoint(Middle, Context, l, 2, 1));

    /// <summary>2 to 5 parties.</summary>
    public static IReadOnlyList<GrowthPoint> Parties { get; } = Along([2, 3, 4, 5], n => new GrowthPoint(Middle, Context, 1, n, 1));

    /// <summary>1 thread in each role to as many as there are processors.</summary>
    public static IReadOnlyList<GrowthPoint> Threads { get; } =
        Along([.. Enumerable.Range(0, 8).Select(i => 1 << i).Where(t => t < Environment.ProcessorCount), Environment.ProcessorCount], t => new GrowthPoint(Middle, Context, 1, 2, t));

    /// <summary>A few points of seconds each, to try the command.</summary>
    public static IReadOnlyList<GrowthPoint> Small { get; } = Along([24, 32, 48], c => new GrowthPoint("gpt2:layers=2,hidden=64,vocabulary=512", c, 1, 2, 1));

    /// <summary>Every point once, the quickest first, so that a run that is broken off has most of them.</summary>
    public static IReadOnlyList<GrowthPoint> All { get; } =
        [.. Parameters.Concat(Contexts).Concat(Lanes).Concat(Parties).Concat(Threads).Distinct().OrderBy(p => PlanOf(p).SecondsPerToken * p.Context * p.Lanes)];

    /// <summary>About what a point needs: the planned memory of all roles, once more the sessions' part for every further lane, and the model owner.</summary>
    public static long Memory(GrowthPoint point)
    {
        var plan = PlanOf(point);
        var session = plan.TotalMemoryBytes - (2 * point.Parties + 1) * plan.ModelBytesPerParty;
        return plan.TotalMemoryBytes + (point.Lanes - 1) * session + Processes;
    }

    private static PlanReport PlanOf(GrowthPoint point) =>
        Planner.Plan(new PlanRequest(point.Shape, ModelFolding.LayoutOf(ModelShapes.Find(point.Shape)), point.Context, point.Parties, true));

    private static IReadOnlyList<GrowthPoint> Along(int[] values, Func<int, GrowthPoint> point) => [.. values.Select(point)];
}
