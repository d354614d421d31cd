using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// ⟦i⟧ with x_i largest (of equals the first), as an integer at scale 0: a knock-out tournament of y_i = 2^k·x_i + (n − 1 − i), 2^k ≥ n, so that the
/// winner brings its index along. Coarse comparisons look at x only; each element of a round costs one <see cref="Larger"/>. The index are the
/// winner's low k bits: t = y≫k (<see cref="Truncate"/>) is exact or one too high, so y − 2^k·t is they or they − 2^k, and one comparison tells.
/// </summary>
/// <remarks>
/// With a coarse <see cref="ComparisonPlan"/> x_i may be below the maximum by 2^lowBit per round. |x_i| &lt; 2^(48−k). Rounds: ⌈log₂ n⌉ times those of
/// <see cref="Larger"/>, one, and those of a comparison. Nothing but the shapes is learned.
/// </remarks>
public static class Argmax
{
    /// <summary>The dealing half; <paramref name="plan"/> compares x.</summary>
    public static void Deal(DealingTape tape, int length, ComparisonPlan plan)
    {
        if (length == 1) return;
        var bits = IndexBits(length);
        for (var width = length; width > 1; width = (width + 1) / 2) Larger.Deal(tape, width / 2, plan.Above(bits));
        Truncate.Deal(tape, 1, bits);
        Compare.Deal(tape, 1, plan.OfLowBits(bits));
    }

    /// <summary>n → 1.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, ComparisonPlan plan)
    {
        var (party, length) = (step.Party, x.Length);
        if (length == 1) return 0 * x;
        var bits = IndexBits(length);
        var packed = plan.Above(bits);
        var y = (1L << bits) * x + Indices(party, length);
        for (var width = length; width > 1; width = (width + 1) / 2)
        {
            var half = width / 2;
            var best = await Larger.RunAsync(step, y.Slice(0, half), y.Slice(half, half), packed);
            y = width % 2 == 0 ? best : party.Concat(best, y.Slice(2 * half, 1));
        }
        var low = y - (1L << bits) * await Truncate.RunAsync(step, y, bits);
        var isPositive = await Compare.RunAsync(step, low, plan.OfLowBits(bits));
        // n − 1 − (low + 2^k·(1 − [low ≥ 0])).
        return party.AddScalar((1L << bits) * isPositive - low, Field.Reduce(length - 1 - (1L << bits)));
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, ComparisonPlan plan)
    {
        if (length == 1) return default;
        var bits = IndexBits(length);
        var cost = Truncate.Cost(1) + Compare.Cost(1, plan.OfLowBits(bits));
        for (var width = length; width > 1; width = (width + 1) / 2) cost += Larger.Cost(width / 2, plan.Above(bits));
        return cost;
    }

    /// <summary>k.</summary>
    private static int IndexBits(int length) => 32 - BitOperations.LeadingZeroCount((uint)(length - 1));

    /// <summary>n − 1, …, 0.</summary>
    private static Opened Indices(Party party, int length)
    {
        var indices = party.Workspace.Rent(length);
        for (var i = 0; i < length; i++) indices.Span[i] = length - 1 - i;
        return new Opened(indices);
    }
}
