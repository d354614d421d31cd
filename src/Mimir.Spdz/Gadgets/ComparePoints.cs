using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The two-party form of <see cref="Compare"/>: a distributed comparison function. R's path is followed digit by digit as far as the public c goes along with it;
/// the nodes above c's own digit carry 1 − 2·r_top where R lies in one of them. No products, so one round. Source: Boyle et al., EUROCRYPT 2021, with
/// digits of 3 bits instead of 1: fewer numbers in a key for a few more nodes grown.
/// </summary>
internal static class ComparePoints
{
    private const int SideBySide = 16;
    private const int Width = 1 << ComparisonPlan.DigitBits;

    /// <summary>[nodes of a digit][8·v + i]: 1 where v &lt; i &lt; nodes.</summary>
    private static readonly double[][] Above = [.. Enumerable.Range(0, Width + 1).Select(nodes =>
        Enumerable.Range(0, Width * Width).Select(e => e % Width > e / Width && e % Width < nodes ? 1.0 : 0.0).ToArray())];

    /// <summary>⟦r_top⟧ and one key a mask.</summary>
    public static void Deal(DealingTape tape, ReadOnlySpan<double> r, ComparisonPlan plan)
    {
        using var top = new Secret(r.Length);
        for (var e = 0; e < r.Length; e++) top.Span[e] = ((long)r[e] >> plan.TopBit) & 1;
        tape.Authenticated(top.Span);
        using var payload = new Secret(PointShape.BatchKeys * plan.Digits);
        for (var at = 0; at < r.Length; at += PointShape.BatchKeys)
        {
            var count = Math.Min(PointShape.BatchKeys, r.Length - at);
            for (var e = 0; e < count; e++)
                payload.Span.Slice(e * plan.Digits, plan.Digits).Fill(Numerics.Field.Reduce(1 - 2 * (long)top.Span[at + e]));
            tape.Points(plan.Keys, r.Slice(at, count), payload.Span[..(count * plan.Digits)]);
        }
    }

    /// <summary>⟦(1 − 2·r_top)·[c_low &lt; R_low]⟧. Local.</summary>
    public static Share Less(PartyStep step, Opened c, ComparisonPlan plan)
    {
        var party = step.Party;
        var less = party.Rent(c.Length);
        var scratch = party.Workspace.Rent(PointTree.ScratchElements(SideBySide, Width)).Span;
        Span<PointSum> sums = stackalloc PointSum[SideBySide];
        Span<int> digits = stackalloc int[SideBySide];
        for (var at = 0; at < c.Length; at += PointShape.BatchKeys)
        {
            var keys = step.Tape.Points(plan.Keys, Math.Min(PointShape.BatchKeys, c.Length - at));
            for (var first = 0; first < keys.Count; first += SideBySide)
            {
                var count = Math.Min(SideBySide, keys.Count - first);
                var tree = new PointTree(keys, first, count, scratch);
                sums.Clear();
                for (var d = 0; d < plan.Digits; d++)
                {
                    tree.GrowTo(plan.Keys.Payloads[d].Depth);
                    tree.Convert(d);
                    for (var k = 0; k < count; k++)
                    {
                        digits[k] = plan.Digit((long)c.Values.Span[at + first + k], d);
                        tree.Add(k, d, Above[tree.Width].AsSpan(digits[k] * Width, (tree.Width + PointSum.Lanes - 1) & -PointSum.Lanes), ref sums[k]);
                    }
                    tree.Keep(digits[..count], 1);
                }
                for (var k = 0; k < count; k++)
                {
                    var (value, mac) = sums[k].Finish(party.Index);
                    less.Value.Span[at + first + k] = value;
                    if (party.Active) less.Mac.Span[at + first + k] = mac;
                }
            }
        }
        sums.Clear();
        return less;
    }
}
