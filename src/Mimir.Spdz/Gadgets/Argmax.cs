using System.Runtime.CompilerServices;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// ⟦i⟧ with x_i largest (of equals, the one with the smaller half-index wins), as an integer at scale 0. The tournament of
/// <see cref="Maximum"/>, carrying value and index together: both products share a round. In the first round the indices are public,
/// so only the values need a product. Nothing but the shapes is learned.
/// </summary>
public static class Argmax
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, ComparisonPlan plan) => Maximum.Deal(tape, 1, length, plan);

    /// <summary>n → 1.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, ComparisonPlan plan)
    {
        var party = step.Party;
        var index = default(Share);
        for (var width = x.Length; width > 1; width = (width + 1) / 2)
        {
            var (a, b, rest) = Maximum.Split(party, x, 1, width);
            var difference = a - b;
            var wins = await Compare.RunAsync(step, difference, plan);
            if (width == x.Length && index.Length == 0)
            {
                index = FirstIndices(party, wins, width);
                x = Maximum.Join(party, b + await Multiply.RunAsync(step, wins, difference), rest, 1);
                continue;
            }
            var (i, j, last) = Maximum.Split(party, index, 1, width);
            var products = await Multiply.RunAsync(step, party.Concat(wins, wins), party.Concat(difference, i - j));
            x = Maximum.Join(party, b + products.Slice(0, wins.Length), rest, 1);
            index = Maximum.Join(party, j + products.Slice(wins.Length, wins.Length), last, 1);
        }
        return index.Length == 0 ? Zero(party) : index;
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, ComparisonPlan plan)
    {
        var cost = default(Cost);
        for (var width = length; width > 1; width = (width + 1) / 2)
            cost = cost + Compare.Cost(width / 2, plan) + Multiply.Cost(width / 2 * (width == length ? 1 : 2));
        return cost;
    }

    /// <summary>Pair e is (e, e + half): the winner's index is e + half − wins·half; an odd element out keeps its own.</summary>
    private static Share FirstIndices(Party party, Share wins, int width)
    {
        var half = width / 2;
        var second = party.Workspace.Rent((width + 1) / 2);
        for (var e = 0; e < half; e++) second.Span[e] = e + half;
        if (width % 2 == 1) second.Span[half] = width - 1;
        var moved = party.Scale(wins, Mimir.Numerics.Field.Negate(half));
        var padded = width % 2 == 1 ? party.Concat(moved, Zero(party)) : moved;
        return padded + new Opened(second);
    }

    private static Share Zero(Party party)
    {
        var zero = party.Rent(1);
        zero.Value.Span.Clear();
        zero.Mac.Span.Clear();
        return zero;
    }
}
