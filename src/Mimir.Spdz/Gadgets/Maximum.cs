using System.Runtime.CompilerServices;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The largest element of each row by a knock-out tournament: of a and b stay b + [a − b ≥ 0]·(a − b). Per round of the tournament: one
/// comparison and one product. With a coarse <see cref="ComparisonPlan"/> the result may be below the true maximum by 2^lowBit per round.
/// Nothing about the order is learned by anyone.
/// </summary>
public static class Maximum
{
    /// <summary>The dealing half: x holds rows × width elements.</summary>
    public static void Deal(DealingTape tape, int rows, int width, ComparisonPlan plan)
    {
        for (; width > 1; width = (width + 1) / 2) Compare.Deal(tape, rows * (width / 2), plan);
    }

    /// <summary>rows × width → rows.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, int rows, ComparisonPlan plan)
    {
        for (var width = x.Length / rows; width > 1; width = (width + 1) / 2)
        {
            var (a, b, rest) = Split(step.Party, x, rows, width);
            var difference = a - b;
            var wins = await Compare.RunAsync(step, difference, plan);
            var best = b + await Multiply.RunAsync(step, wins, difference);
            x = Join(step.Party, best, rest, rows);
        }
        return x;
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int rows, int width, ComparisonPlan plan)
    {
        var cost = default(Cost);
        for (; width > 1; width = (width + 1) / 2)
            cost = cost + Compare.Cost(rows * (width / 2), plan) + Multiply.Cost(rows * (width / 2));
        return cost;
    }

    /// <summary>Of every row the first half, the second half, and the odd element out (empty when there is none).</summary>
    internal static (Share A, Share B, Share Odd) Split(Party party, Share x, int rows, int width)
    {
        var half = width / 2;
        return (Columns(party, x, rows, 0, half), Columns(party, x, rows, half, half), Columns(party, x, rows, 2 * half, width % 2));
    }

    /// <summary>Row by row, <paramref name="best"/> and then <paramref name="rest"/>.</summary>
    internal static Share Join(Party party, Share best, Share rest, int rows)
    {
        var (half, odd) = (best.Length / rows, rest.Length / rows);
        if (odd == 0) return best;
        if (rows == 1) return party.Concat(best, rest);
        var result = party.Rent(best.Length + rest.Length);
        for (var r = 0; r < rows; r++)
        {
            var at = r * (half + odd);
            Copy(best.Slice(r * half, half), result.Slice(at, half));
            Copy(rest.Slice(r * odd, odd), result.Slice(at + half, odd));
        }
        return result;
    }

    /// <summary>Of every row the <paramref name="count"/> elements from <paramref name="start"/> on.</summary>
    private static Share Columns(Party party, Share x, int rows, int start, int count)
    {
        if (rows == 1) return x.Slice(start, count);
        var result = party.Rent(rows * count);
        for (var r = 0; r < rows; r++) Copy(x.Slice(r * (x.Length / rows) + start, count), result.Slice(r * count, count));
        return result;
    }

    private static void Copy(Share source, Share destination)
    {
        source.Value.CopyTo(destination.Value);
        source.Mac.CopyTo(destination.Mac);
    }
}
