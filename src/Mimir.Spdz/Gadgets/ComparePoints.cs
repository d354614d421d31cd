using Mimir.Numerics;
using Mimir.Numerics.Threads;
using Mimir.Spdz.Costs;
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
    public static void Deal(DealingTape tape, ReadOnlySpan<double> r, ComparisonPlan plan) => Deal(tape, r, plan, plan.Keys);

    /// <summary>Also ⟦r_top·R⟧, and keys whose nodes carry R times their number too.</summary>
    public static void DealWithMask(DealingTape tape, ReadOnlySpan<double> r, ComparisonPlan plan) => Deal(tape, r, plan, plan.KeysWithMask);

    /// <summary>⟦(1 − 2·r_top)·[c_low &lt; R_low]⟧, from the keys of <see cref="Deal(DealingTape, ReadOnlySpan{double}, ComparisonPlan)"/>. Local.</summary>
    public static Share Less(PartyStep step, Opened c, ComparisonPlan plan)
    {
        var less = step.Party.Rent(c.Length);
        Follow(step, c, plan, plan.Keys, less, default);
        return less;
    }

    /// <summary>k, 1 − 2k, ⟦z⟧ and ⟦z·R⟧ with [x ≥ 0] = k + (1 − 2k)·z, from what <see cref="DealWithMask"/> dealt. Local.</summary>
    public static (Opened Bit, Opened Sign, Share Z, Share Masked) WithMask(PartyStep step, Opened c, ComparisonPlan plan)
    {
        Share top = step.Tape.Authenticated(c.Length), maskedTop = step.Tape.Authenticated(c.Length);
        Share less = step.Party.Rent(c.Length), masked = step.Party.Rent(c.Length);
        Follow(step, c, plan, plan.KeysWithMask, less, masked);
        var (bit, sign) = Compare.Public(step.Party, c, plan);
        return (bit, sign, top + less, maskedTop + masked);
    }

    /// <summary>The cost of <see cref="WithMask"/>.</summary>
    public static Cost CostWithMask(int length, ComparisonPlan plan) => new Cost(0, 0, Authenticated: 2 * length) + Costs.Cost.Points(length, plan.KeysWithMask);

    private static void Deal(DealingTape tape, ReadOnlySpan<double> r, ComparisonPlan plan, PointShape keys)
    {
        using var top = new Secret(r.Length);
        for (var e = 0; e < r.Length; e++) top.Span[e] = ((long)r[e] >> plan.TopBit) & 1;
        tape.Authenticated(top.Span);
        var planes = keys.Planes / plan.Digits;
        if (planes > 1)
        {
            using var masked = new Secret(r.Length);
            FieldVector.Multiply(top.Span, r, masked.Span);
            tape.Authenticated(masked.Span);
        }
        using var payload = new Secret(PointShape.DealtKeys * keys.Planes);
        for (var at = 0; at < r.Length; at += PointShape.DealtKeys)
        {
            var count = Math.Min(PointShape.DealtKeys, r.Length - at);
            for (var e = 0; e < count; e++)
            {
                var sign = Field.Reduce(1 - 2 * (long)top.Span[at + e]);
                var masked = Field.Multiply(sign, r[at + e]);
                for (var p = 0; p < keys.Planes; p++) payload.Span[e * keys.Planes + p] = p % planes == 0 ? sign : masked;
            }
            tape.Points(keys, r.Slice(at, count), payload.Span[..(count * keys.Planes)]);
        }
    }

    private static void Follow(PartyStep step, Opened c, ComparisonPlan plan, PointShape shape, Share less, Share masked)
    {
        var parts = PointBatches.Parts(c.Length);
        var scratch = step.Party.Workspace.Rent(parts * PointTree.ScratchElements(SideBySide, Width)).Span;
        Following work = new(step.Party, step.Tape.Points(shape, c.Length), c.Values.Span, plan, shape.Planes / plan.Digits, less, masked, scratch, parts);
        ThreadTeam.Shared.Run(ref work, parts);
    }

    /// <summary>Some batches of keys, each followed along its public c.</summary>
    private readonly ref struct Following(
        Party party, PointBatches batches, ReadOnlySpan<double> c, ComparisonPlan plan, int planes, Share less, Share masked, Span<double> scratch, int parts) : IPartedWork
    {
        private readonly PointBatches _batches = batches;
        private readonly ReadOnlySpan<double> _c = c;
        private readonly Span<double> _scratch = scratch;

        public void Run(int part)
        {
            var own = _scratch.Slice(part * (_scratch.Length / parts), _scratch.Length / parts);
            for (int at = _batches.Start(part, parts), end = _batches.Start(part + 1, parts); at < end; at += PointShape.BatchKeys)
            {
                var keys = _batches.From(at);
                for (var first = 0; first < keys.Count; first += SideBySide) Follow(keys, first, at + first, own);
            }
        }

        private void Follow(PointKeys keys, int first, int start, Span<double> own)
        {
            var count = Math.Min(SideBySide, keys.Count - first);
            var tree = new PointTree(keys, first, count, own);
            Span<PointSum> sums = stackalloc PointSum[2 * SideBySide];
            Span<int> digits = stackalloc int[SideBySide];
            sums.Clear();
            for (var d = 0; d < plan.Digits; d++)
            {
                tree.GrowTo(keys.Shape.Payloads[d].Depth);
                for (var k = 0; k < count; k++) digits[k] = plan.Digit((long)_c[start + k], d);
                for (var p = 0; p < planes; p++)
                {
                    tree.Convert(d * planes + p);
                    for (var k = 0; k < count; k++)
                        tree.Add(
                            k, d * planes + p, Above[tree.Width].AsSpan(digits[k] * Width, (tree.Width + PointSum.Lanes - 1) & -PointSum.Lanes),
                            ref sums[p * SideBySide + k]);
                }
                tree.Keep(digits[..count], 1);
            }
            Finish(party, sums[..count], less, start);
            if (planes > 1) Finish(party, sums.Slice(SideBySide, count), masked, start);
            sums.Clear();
        }
    }

    private static void Finish(Party party, ReadOnlySpan<PointSum> sums, Share result, int start)
    {
        for (var k = 0; k < sums.Length; k++)
        {
            var (value, mac) = sums[k].Finish(party.Index);
            result.Value.Span[start + k] = value;
            if (party.Active) result.Mac.Span[start + k] = mac;
        }
    }
}
