using Mimir.Cli.Benching.Plots;
using Mimir.Cli.Planning;
using Mimir.Cli.Planning.Machines;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;

namespace Mimir.Cli.Benching.Growth;

/// <summary>The plots of a file of measurements: measured lines, and dashed what `mimir plan` says of the same points.</summary>
internal static class GrowthPlots
{
    /// <summary>Every plot that the file has at least two points for, by file name.</summary>
    public static IEnumerable<(string Name, SvgPlot Plot)> Of(GrowthFile file, Machine machine)
    {
        foreach (var (name, across, rows, at) in (IEnumerable<(string, string, IReadOnlyList<GrowthRow>, Func<GrowthRow, double>)>)
            [
                ("parameters", "weights", file.Of(GrowthGrid.Parameters), r => r.Parameters),
                ("context", "positions in the context", file.Of(GrowthGrid.Contexts), r => r.Point.Context),
                ("lanes", "sessions at once", file.Of(GrowthGrid.Lanes), r => r.Point.Lanes),
                ("parties", "parties", file.Of(GrowthGrid.Parties), r => r.Point.Parties),
                ("threads", "threads in each role", file.Of(GrowthGrid.Threads), r => r.Point.Threads),
                ("small", "positions in the context", file.Of(GrowthGrid.Small), r => r.Point.Context),
            ])
        {
            if (rows.Count < 2) continue;
            yield return ($"growth-{name}-time.svg", new SvgPlot { Title = $"Time against {across}", Across = across, Up = "seconds a token, all sessions together", Series = [.. Times(rows, at, machine)] });
            yield return ($"growth-{name}-bytes.svg", new SvgPlot
            {
                Title = $"Bytes and memory against {across}",
                Across = across,
                Up = "bytes",
                Series =
                [
                    new("opened a token", [.. rows.Select(r => (at(r), (double)r.OpenedBytes))]),
                    new("dealt a token", [.. rows.Select(r => (at(r), (double)r.DealtBytes))]),
                    new("memory of all roles", [.. rows.Select(r => (at(r), (double)r.PeakMemoryBytes))]),
                ],
            });
            yield return ($"growth-{name}-rounds.svg", new SvgPlot { Title = $"Rounds against {across}", Across = across, Up = "rounds a token", Series = [new("rounds", [.. rows.Select(r => (at(r), (double)r.Rounds))])] });
        }
    }

    private static IEnumerable<PlotSeries> Times(IReadOnlyList<GrowthRow> rows, Func<GrowthRow, double> at, Machine machine)
    {
        yield return new("end to end", [.. rows.Select(r => (at(r), 1 / r.TokensPerSecond))]);
        // The plan knows one session on all processors.
        if (rows.All(r => r.Point.Lanes == 1 && r.Point.Threads == 1))
        {
            yield return new("in steps", [.. rows.Select(r => (at(r), r.OnlineSeconds))]);
            yield return new("planned", [.. rows.Select(r => (at(r), Planned(r, machine).SecondsPerToken))], Dashed: true);
        }
    }

    private static PlanReport Planned(GrowthRow row, Machine machine) => Planner.Plan(
        new PlanRequest(row.Point.Shape, ModelFolding.LayoutOf(ModelShapes.Find(row.Point.Shape)), row.Point.Context, row.Point.Parties, true) { Machine = machine });
}
