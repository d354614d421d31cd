using System.Runtime.InteropServices;
using Mimir.Numerics;
using Mimir.Numerics.Threads;
using Mimir.Spdz.Costs;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>2^<paramref name="SegmentBits"/> bins of width 2^<paramref name="WidthBits"/> from <paramref name="Low"/> on, modulo their total length.</summary>
/// <param name="Low">Left edge of bin 0, in units of the input's last place.</param>
/// <param name="WidthBits">s: a bin spans 2^s units.</param>
/// <param name="SegmentBits">m: 2^m bins.</param>
public sealed record BinShape(long Low, int WidthBits, int SegmentBits)
{
    /// <summary>2^m.</summary>
    public int Segments => 1 << SegmentBits;

    /// <summary>One leaf a bin.</summary>
    internal PointShape Keys { get; } = new(WidthBits, SegmentBits, new PointPayload(SegmentBits, 1));
}

/// <summary>
/// How many elements of each row fall into each of the highest bins, as secret integers, from an opening that has been made already: with c = x + R,
/// x lies in bin j = (c_top − R_top) mod 2^m, so the dealt ⟦1[R_top = v]⟧, turned by the public c_top, is x's unit vector. As in
/// <see cref="Spline"/>, j is exact or one too high (x counts as up to 2^s larger than it is). No round of its own; 2^m elements dealt per input, or for two
/// parties one key of a point function, whose leaves are the table; only those of the bins that are asked for are grown.
/// </summary>
public static class Bins
{
    /// <summary>The dealing half, for masks that have been drawn already.</summary>
    internal static void DealTables(DealingTape tape, ReadOnlySpan<double> r, BinShape shape)
    {
        if (tape.Parties == 2)
        {
            using var ones = new Secret(r.Length);
            ones.Span.Fill(1);
            tape.Points(shape.Keys, r, ones.Span);
            return;
        }
        using var table = new Secret(r.Length * shape.Segments);
        for (var e = 0; e < r.Length; e++)
        {
            var top = (int)(((long)r[e] >> shape.WidthBits) & (shape.Segments - 1));
            for (var v = 0; v < shape.Segments; v++) table.Span[e * shape.Segments + v] = ConstantTime.Equal(v, top);
        }
        tape.Authenticated(table.Span);
    }

    /// <summary>The opened c of rows × width inputs → rows × <paramref name="count"/>: how many lie in the highest bin, in the next, …. Local.</summary>
    internal static Share Finish(PartyStep step, Opened c, int rows, BinShape shape, int count)
    {
        var party = step.Party;
        var result = party.Rent(rows * count);
        var starts = MemoryMarshal.Cast<double, int>(party.Workspace.Rent((c.Length + 1) / 2).Span)[..c.Length];
        // Bin j is node top − j, so the highest bin, 2^m − 1, is node top + 1.
        var values = c.Values.Span;
        for (var e = 0; e < starts.Length; e++) starts[e] = (int)(((((long)values[e] - shape.Low) >> shape.WidthBits) + 1) & (shape.Segments - 1));
        if (party.Count == 2)
        {
            CountLeaves(step, starts, rows, shape, result);
            return result;
        }
        var table = step.Tape.Authenticated(c.Length * shape.Segments);
        Count(table.Value.Span, starts, rows, result.Value.Span);
        if (party.Active) Count(table.Mac.Span, starts, rows, result.Mac.Span);
        return result;
    }

    /// <summary>See the class; the opening is not counted.</summary>
    public static Cost Cost(int length, BinShape shape, int parties) =>
        parties == 2 ? Costs.Cost.Points(length, shape.Keys) : new Cost(0, 0, Authenticated: (long)length * shape.Segments);

    private static void CountLeaves(PartyStep step, ReadOnlySpan<int> starts, int rows, BinShape shape, Share result)
    {
        var (party, count) = (step.Party, result.Length / rows);
        var stride = (count + PointSum.Lanes - 1) & -PointSum.Lanes;
        var parts = PointBatches.Parts(starts.Length);
        var scratch = party.Workspace.Rent(parts * PointTree.ScratchElements(Counting.SideBySide, count + PointSum.Lanes)).Span;
        var sums = MemoryMarshal.Cast<double, long>(party.Workspace.Rent(parts * rows * 2 * stride).Span);
        sums.Clear();
        Counting work = new(step.Tape.Points(shape.Keys, starts.Length), starts, shape, count, starts.Length / rows, 2 * stride, scratch, sums, parts);
        ThreadTeam.Shared.Run(ref work, parts);
        Span<double> values = result.Value.Span, macs = result.Mac.Span;
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < count; i++)
            {
                long value = 0, mac = 0;
                for (var sum = 2 * (row * stride + i); sum < sums.Length; sum += 2 * rows * stride) (value, mac) = (value + sums[sum], mac + sums[sum + 1]);
                values[row * count + i] = PointSum.Reduce(value, party.Index);
                if (party.Active) macs[row * count + i] = PointSum.Reduce(mac, party.Index);
            }
    }

    /// <summary>Some batches of keys, added up row by row into sums of the part's own.</summary>
    private readonly ref struct Counting(
        PointBatches batches, ReadOnlySpan<int> starts, BinShape shape, int count, int width, int stride, Span<double> scratch, Span<long> sums, int parts) : IPartedWork
    {
        public const int SideBySide = 8;
        private readonly PointBatches _batches = batches;
        private readonly ReadOnlySpan<int> _starts = starts;
        private readonly Span<double> _scratch = scratch;
        private readonly Span<long> _sums = sums;

        public void Run(int part)
        {
            int room = _scratch.Length / parts, places = _sums.Length / parts;
            Span<double> scratch = _scratch.Slice(part * room, room);
            var sums = _sums.Slice(part * places, places);
            Span<int> counts = stackalloc int[SideBySide];
            counts.Fill(count);
            for (int at = _batches.Start(part, parts), end = _batches.Start(part + 1, parts); at < end; at += PointShape.BatchKeys)
            {
                var keys = _batches.From(at);
                for (var first = 0; first < keys.Count; first += SideBySide)
                {
                    var tree = new PointTree(keys, first, Math.Min(SideBySide, keys.Count - first), scratch);
                    tree.GrowTowards(shape.SegmentBits, _starts.Slice(at + first, tree.Count), counts[..tree.Count]);
                    tree.Convert(0);
                    for (var k = 0; k < tree.Count; k++) tree.AddTo(k, 0, sums.Slice((at + first + k) / width * stride, stride));
                }
            }
        }
    }

    private static void Count(ReadOnlySpan<double> tables, ReadOnlySpan<int> starts, int rows, Span<double> counts)
    {
        counts.Clear();
        var (width, segments) = (starts.Length / rows, tables.Length / starts.Length);
        for (var e = 0; e < starts.Length; e++)
        {
            var row = counts.Slice(e / width * (counts.Length / rows), counts.Length / rows);
            var table = tables.Slice(e * segments, segments);
            for (var i = 0; i < row.Length; i++) row[i] = Field.Add(row[i], table[(starts[e] + i) & (segments - 1)]);
        }
    }
}
