using System.Collections.Concurrent;
using System.Numerics;

namespace Mimir.Spdz.Gadgets;

/// <summary>How <see cref="TopK"/> goes about finding the k largest of n: a function of both alone.</summary>
/// <param name="Rows">B: logits in a group; 1: all logits are candidates.</param>
/// <param name="Columns">G: groups, a power of two; logit i is in group i mod G.</param>
/// <param name="IndexBits">Bits for the index beside a logit.</param>
internal sealed record TopKShape(int Rows, int Columns, int IndexBits)
{
    private static readonly ConcurrentDictionary<(int Length, int Count), TopKShape> All = [];

    /// <summary>Logits, those that fill the last row included.</summary>
    public int Length => Rows * Columns;

    /// <summary>
    /// The shape with the least cost, counted in pairs compared: a round is worth <see cref="Larger.Local"/> of them, as it is to <see cref="Larger"/>.
    /// </summary>
    public static TopKShape Of(int length, int count) => All.GetOrAdd((length, count), static key => Best(key.Length, key.Count));

    private static TopKShape Best(int length, int count)
    {
        var (best, least) = (Shape(1, length), Cost(length, count));
        for (var columns = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * count)); columns < length; columns *= 2)
        {
            var rows = (length + columns - 1) / columns;
            var cost = (rows - 1) * (long)columns + (BitOperations.Log2((uint)(2 * rows - 1)) + 4) * (long)Larger.Local + Cost(columns, count) + Cost(count * rows, count);
            if (cost < least) (best, least) = (Shape(rows, columns), cost);
        }
        return best;
    }

    private static TopKShape Shape(int rows, int columns) => new(rows, columns, Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)(rows * columns - 1))));

    private static long Cost(int length, int count) => Largest.Pairs(length, count).Sum(pairs => (long)pairs + Larger.Local);
}
