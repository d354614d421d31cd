using System.Collections.Concurrent;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// Which places of a list are compared in which round so that it ends up in descending order, whatever is in it: Batcher's odd-even merge sort, and the merger of a
/// bitonic list. Lengths are powers of two. Source: Batcher, "Sorting networks and their applications", 1968; Knuth, volume 3, 5.2.2.
/// </summary>
internal static class SortingNetwork
{
    private static readonly ConcurrentDictionary<int, (int Larger, int Smaller)[][]> Sorters = [];
    private static readonly ConcurrentDictionary<int, (int Larger, int Smaller)[][]> Mergers = [];

    /// <summary>Rounds of pairs; the larger of each goes to its first place. log₂ K·(log₂ K + 1)/2 rounds.</summary>
    public static (int Larger, int Smaller)[][] Sorter(int length) => Sorters.GetOrAdd(length, static n => [.. Sort(n)]);

    /// <summary>For a list that falls and then rises, or the other way round. log₂ K rounds of K/2 pairs.</summary>
    public static (int Larger, int Smaller)[][] Merger(int length) => Mergers.GetOrAdd(length, static n => [.. Merge(n)]);

    private static IEnumerable<(int, int)[]> Sort(int length)
    {
        for (var block = 1; block < length; block *= 2)
            for (var distance = block; distance >= 1; distance /= 2)
            {
                var pairs = new List<(int, int)>();
                for (var start = distance % block; start + distance < length; start += 2 * distance)
                    for (var i = start; i < Math.Min(start + distance, length - distance); i++)
                        if (i / (2 * block) == (i + distance) / (2 * block)) pairs.Add((i, i + distance));
                yield return [.. pairs];
            }
    }

    private static IEnumerable<(int, int)[]> Merge(int length)
    {
        for (var distance = length / 2; distance >= 1; distance /= 2)
        {
            var pairs = new List<(int, int)>();
            for (var i = 0; i < length; i++)
                if ((i & distance) == 0) pairs.Add((i, i + distance));
            yield return [.. pairs];
        }
    }
}
