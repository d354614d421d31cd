using Mimir.Spdz.Timing;
using Mimir.Transport.Protos;

namespace Mimir.Cli.Benching;

/// <summary>Where the time of a step that samples a token goes; seconds a step.</summary>
/// <param name="Party">The party that the others wait for: the one that exchanges least.</param>
/// <param name="Parts">Its steps, part by part; together the whole time.</param>
/// <param name="DealingProducts">Triple Service: matrix and attention products and triples, with sending and backpressure.</param>
/// <param name="Dealing">Triple Service: tables of each part, with sending and backpressure; beside the steps, not in them.</param>
public sealed record Breakdown(string Party, IReadOnlyList<BreakdownPart> Parts, double DealingProducts, IReadOnlyList<BreakdownPart> Dealing)
{
    /// <summary>The breakdown in the metrics of a session's roles, or null when no step sampled a token.</summary>
    public static Breakdown? Of(IReadOnlyList<RoleMetrics> metrics)
    {
        var party = metrics.Where(m => m.Peer.Role == PeerRole.Party && m.Parts.Count > 0).MinBy(m => m.Parts.Sum(p => p.Exchanging));
        var dealer = metrics.FirstOrDefault(m => m.Peer.Role == PeerRole.TripleService);
        return party is null || dealer is null ? null : new Breakdown(
            party.Peer.Name,
            [.. party.Parts.Select(BreakdownPart.Of)],
            Math.Round(dealer.ProductSeconds, 5),
            [.. dealer.Parts.Where(p => p.Part is not (nameof(StepPart.Material) or nameof(StepPart.Beginning))).Select(BreakdownPart.Of)]);
    }

    /// <summary>As rows of a table.</summary>
    public IEnumerable<(string Name, string Value)> Rows()
    {
        var total = Parts.Sum(p => p.Seconds);
        yield return ($"A step of {Party}: matrices + other computing + exchanging", "");
        foreach (var part in Parts)
        {
            var times = part.Part == nameof(StepPart.Material)
                ? Quantity.Seconds(part.Seconds)
                : $"{Quantity.Seconds(part.MatrixSeconds)} + {Quantity.Seconds(part.ComputeSeconds)} + {Quantity.Seconds(part.ExchangeSeconds)}";
            yield return ($"  {Words(part.Part)}", FormattableString.Invariant($"{times}  ({100 * part.Seconds / total:0} %)"));
        }
        yield return ("  together", Quantity.Seconds(total));
        yield return ("Dealing for a step, beside it", "");
        yield return ("  products", Quantity.Seconds(DealingProducts));
        foreach (var part in Dealing)
            if (part.ComputeSeconds > 0) yield return (part.Part == nameof(StepPart.Check) ? "  sending the rest" : $"  tables of {Words(part.Part)}", Quantity.Seconds(part.ComputeSeconds));
        yield return ("  together", Quantity.Seconds(DealingProducts + Dealing.Sum(p => p.ComputeSeconds)));
    }

    private static string Words(string part) => part switch
    {
        nameof(StepPart.Material) => "waiting for dealt material",
        nameof(StepPart.Beginning) => "beginning",
        nameof(StepPart.MatrixProduct) => "linear layers outside the MLP",
        nameof(StepPart.FeedForward) => "MLP",
        nameof(StepPart.Multiplication) => "other products",
        nameof(StepPart.Check) => "check and release",
        _ => part.ToLowerInvariant(),
    };
}

/// <summary>One part of a step.</summary>
/// <param name="Part">See <see cref="StepPart"/>.</param>
/// <param name="Calls">How often a step enters it.</param>
/// <param name="MatrixSeconds">Passes over matrices.</param>
/// <param name="ComputeSeconds">Other computing.</param>
/// <param name="ExchangeSeconds">Sending to the other parties and waiting for the slowest.</param>
public sealed record BreakdownPart(string Part, double Calls, double MatrixSeconds, double ComputeSeconds, double ExchangeSeconds)
{
    /// <summary>All three.</summary>
    public double Seconds => MatrixSeconds + ComputeSeconds + ExchangeSeconds;

    internal static BreakdownPart Of(PartSeconds part) =>
        new(part.Part, Math.Round(part.Calls, 2), Math.Round(part.Multiplying, 6), Math.Round(part.Seconds - part.Multiplying - part.Exchanging, 6),
            Math.Round(part.Exchanging, 6));
}
