using System.Runtime.InteropServices;
using Mimir.Numerics;
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
        for (var e = 0; e < c.Length; e++) starts[e] = (int)(((((long)c.Values.Span[e] - shape.Low) >> shape.WidthBits) + 1) & (shape.Segments - 1));
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
        const int SideBySide = 8;
        var (party, count, width) = (step.Party, result.Length / rows, starts.Length / rows);
        var stride = (count + PointSum.Lanes - 1) & -PointSum.Lanes;
        var scratch = party.Workspace.Rent(PointTree.ScratchElements(SideBySide, Math.Min(2 * count + 4, shape.Segments) + PointSum.Lanes)).Span;
        var sums = MemoryMarshal.Cast<double, long>(party.Workspace.Rent(rows * 2 * stride).Span);
        sums.Clear();
        for (var at = 0; at < starts.Length; at += PointShape.BatchKeys)
        {
            var keys = step.Tape.Points(shape.Keys, Math.Min(PointShape.BatchKeys, starts.Length - at));
            for (var first = 0; first < keys.Count; first += SideBySide)
            {
                var tree = new PointTree(keys, first, Math.Min(SideBySide, keys.Count - first), scratch);
                tree.GrowTowards(shape.SegmentBits, starts.Slice(at + first, tree.Count), count);
                tree.Convert(0);
                for (var k = 0; k < tree.Count; k++) tree.AddTo(k, 0, sums.Slice((at + first + k) / width * 2 * stride, 2 * stride));
            }
        }
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < count; i++)
            {
                var sum = 2 * (row * stride + i);
                result.Value.Span[row * count + i] = PointSum.Reduce(sums[sum], party.Index);
                if (party.Active) result.Mac.Span[row * count + i] = PointSum.Reduce(sums[sum + 1], party.Index);
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
