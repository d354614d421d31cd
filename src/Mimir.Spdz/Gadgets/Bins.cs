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
/// How many elements of each row fall into each bin, as secret integers, from an opening that has been made already: with c = x + R,
/// x lies in bin j = (c_top − R_top) mod 2^m, so the dealt ⟦1[R_top = v]⟧, turned by the public c_top, is x's unit vector. As in
/// <see cref="Spline"/>, j is exact or one too high (x counts as up to 2^s larger than it is). No round of its own; 2^m elements dealt per input, or for two
/// parties one key of a point function, whose leaves are the table.
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

    /// <summary>The opened c of rows × width inputs → rows × 2^m counts. Local.</summary>
    internal static Share Finish(PartyStep step, Opened c, int rows, BinShape shape)
    {
        var result = step.Party.Rent(rows * shape.Segments);
        var table = step.Party.Count == 2 ? Leaves(step, c.Length, shape) : step.Tape.Authenticated(c.Length * shape.Segments);
        Count(table.Value.Span, c.Values.Span, rows, shape, result.Value.Span);
        if (step.Party.Active) Count(table.Mac.Span, c.Values.Span, rows, shape, result.Mac.Span);
        return result;
    }

    /// <summary>See the class; the opening is not counted.</summary>
    public static Cost Cost(int length, BinShape shape, int parties) =>
        parties == 2 ? Costs.Cost.Points(length, shape.Keys) : new Cost(0, 0, Authenticated: (long)length * shape.Segments);

    private static Share Leaves(PartyStep step, int count, BinShape shape)
    {
        const int SideBySide = 8;
        var table = step.Party.Rent(count * shape.Segments);
        var scratch = step.Party.Workspace.Rent(PointTree.ScratchElements(SideBySide, shape.Segments)).Span;
        for (var at = 0; at < count; at += PointShape.BatchKeys)
        {
            var keys = step.Tape.Points(shape.Keys, Math.Min(PointShape.BatchKeys, count - at));
            for (var first = 0; first < keys.Count; first += SideBySide)
            {
                var tree = new PointTree(keys, first, Math.Min(SideBySide, keys.Count - first), scratch);
                tree.GrowTo(shape.SegmentBits);
                tree.Convert(0);
                for (var k = 0; k < tree.Count; k++)
                {
                    var start = (at + first + k) * shape.Segments;
                    tree.Write(k, 0, table.Value.Span.Slice(start, shape.Segments), table.Mac.IsEmpty ? default : table.Mac.Span.Slice(start, shape.Segments));
                }
            }
        }
        return table;
    }

    private static void Count(ReadOnlySpan<double> tables, ReadOnlySpan<double> c, int rows, BinShape shape, Span<double> counts)
    {
        counts.Clear();
        var width = c.Length / rows;
        for (var e = 0; e < c.Length; e++)
        {
            var row = counts.Slice(e / width * shape.Segments, shape.Segments);
            var table = tables.Slice(e * shape.Segments, shape.Segments);
            var top = (int)((((long)c[e] - shape.Low) >> shape.WidthBits) & (table.Length - 1));
            for (var j = 0; j < row.Length; j++) row[j] = Field.Add(row[j], table[(top - j) & (table.Length - 1)]);
        }
    }
}
