using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The k largest of n numbers, in descending order. With K = 2^⌈log₂ k⌉, Q = ⌈n/K⌉ lists of K are sorted side by side, then merged in pairs: max(a_p, b_{K−1−p})
/// are the K largest of both, falling and then rising, which log₂ K rounds put in order. A pair compared is one <see cref="Larger"/>, the smaller one being
/// a + b − max. Nothing but the shapes is learned.
/// </summary>
/// <remarks>Pairs compared: about n·(log₂ K)²/4 to sort and n·(1 + log₂ K/2) to merge. Rounds of pairs: log₂ K·(log₂ K + 1)/2 and ⌈log₂ Q⌉·(1 + log₂ K).</remarks>
internal static class Largest
{
    private static readonly ConcurrentDictionary<(int Length, int Count), int[]> AllPairs = [];

    /// <summary>Pairs compared, round by round.</summary>
    public static int[] Pairs(int length, int count) => AllPairs.GetOrAdd((length, count), static key => [.. Rounds(key.Length, Power(key.Count))]);

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, int count, ComparisonPlan plan)
    {
        foreach (var pairs in Pairs(length, count)) Larger.Deal(tape, pairs, plan);
    }

    /// <summary>x → its <paramref name="count"/> largest. <paramref name="least"/> is less than any of them: what lists are filled up with.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, int count, long least, ComparisonPlan plan)
    {
        var power = Power(count);
        var lists = (x.Length + power - 1) / power;
        // Place-major: place p of list q is element p·Q + q.
        var places = Fill(step.Party, x, power * lists, least);
        foreach (var pairs in SortingNetwork.Sorter(power)) await OrderAsync(step, places, lists, lists, pairs, plan);
        for (; lists > 1; lists = (lists + 1) / 2)
        {
            var half = lists / 2;
            var best = await Larger.RunAsync(step, Gather(step.Party, places, lists, 0, half, false), Gather(step.Party, places, lists, half, half, true), plan);
            places = lists % 2 == 0 ? best : Append(step.Party, best, half, places, lists);
            foreach (var pairs in SortingNetwork.Merger(power)) await OrderAsync(step, places, (lists + 1) / 2, half, pairs, plan);
        }
        return places.Slice(0, count);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, int count, ComparisonPlan plan)
    {
        var cost = default(Cost);
        foreach (var pairs in Pairs(length, count)) cost += Larger.Cost(pairs, plan);
        return cost;
    }

    private static int Power(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)count);

    private static IEnumerable<int> Rounds(int length, int power)
    {
        var lists = (length + power - 1) / power;
        foreach (var pairs in SortingNetwork.Sorter(power)) yield return pairs.Length * lists;
        for (; lists > 1; lists = (lists + 1) / 2)
        {
            yield return power * (lists / 2);
            foreach (var pairs in SortingNetwork.Merger(power)) yield return pairs.Length * (lists / 2);
        }
    }

    /// <summary>One round of a network on the first <paramref name="width"/> of <paramref name="lists"/> lists, in place: nothing of them has been opened.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask OrderAsync(PartyStep step, Share places, int lists, int width, (int Larger, int Smaller)[] pairs, ComparisonPlan plan)
    {
        var party = step.Party;
        Share a = party.Rent(pairs.Length * width), b = party.Rent(pairs.Length * width);
        for (var i = 0; i < pairs.Length; i++)
        {
            Copy(places, pairs[i].Larger * lists, a, i * width, width);
            Copy(places, pairs[i].Smaller * lists, b, i * width, width);
        }
        var larger = await Larger.RunAsync(step, a, b, plan);
        var smaller = a + b - larger;
        for (var i = 0; i < pairs.Length; i++)
        {
            Copy(larger, i * width, places, pairs[i].Larger * lists, width);
            Copy(smaller, i * width, places, pairs[i].Smaller * lists, width);
        }
    }

    /// <summary>x in memory of its own, and <paramref name="least"/> behind it.</summary>
    private static Share Fill(Party party, Share x, int length, long least)
    {
        var result = party.Rent(length);
        Copy(x, 0, result, 0, x.Length);
        if (length == x.Length) return result;
        var value = Field.Reduce(least);
        result.Value.Span[x.Length..].Fill(party.Index == 0 ? value : 0);
        if (party.Active) result.Mac.Span[x.Length..].Fill(Field.Multiply(party.Alpha, value));
        return result;
    }

    /// <summary>Some lists, place by place, or from the last place to the first.</summary>
    private static Share Gather(Party party, Share places, int lists, int first, int width, bool backwards)
    {
        var power = places.Length / lists;
        var result = party.Rent(power * width);
        for (var p = 0; p < power; p++) Copy(places, (backwards ? power - 1 - p : p) * lists + first, result, p * width, width);
        return result;
    }

    /// <summary>The merged lists, and the last one, which had no partner.</summary>
    private static Share Append(Party party, Share best, int half, Share places, int lists)
    {
        var power = places.Length / lists;
        var result = party.Rent(power * (half + 1));
        for (var p = 0; p < power; p++)
        {
            Copy(best, p * half, result, p * (half + 1), half);
            Copy(places, p * lists + lists - 1, result, p * (half + 1) + half, 1);
        }
        return result;
    }

    private static void Copy(Share from, int start, Share to, int at, int length)
    {
        from.Value.Span.Slice(start, length).CopyTo(to.Value.Span[at..]);
        if (!from.Mac.IsEmpty) from.Mac.Span.Slice(start, length).CopyTo(to.Mac.Span[at..]);
    }
}
