using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// ⟦i⟧ with x_i largest (of equals the first), as an integer at scale 0: a knock-out tournament of y_i = 2^k·x_i + (n − 1 − i), 2^k ≥ n, so that the
/// winner brings its index along, in its low k bits (<see cref="LowBits"/>). Coarse comparisons look at x only; each element of a round costs one <see cref="Larger"/>.
/// </summary>
/// <remarks>
/// With a coarse <see cref="ComparisonPlan"/> x_i may be below the maximum by 2^lowBit for every round (<see cref="ComparisonPlan.OfRound"/> divides this among them). |x_i| &lt; 2^(48−k). Rounds: ⌈log₂ n⌉ times those of
/// <see cref="Larger"/>, one, and those of a comparison. Nothing but the shapes is learned.
/// </remarks>
public static class Argmax
{
    /// <summary>The dealing half; <paramref name="plan"/> compares x.</summary>
    public static void Deal(DealingTape tape, int length, ComparisonPlan plan)
    {
        if (length > 1) DealPacked(tape, length, IndexBits(length), plan);
    }

    /// <summary>The dealing half of <see cref="RunPackedAsync"/>.</summary>
    internal static void DealPacked(DealingTape tape, int length, int bits, ComparisonPlan plan)
    {
        for (int width = length, round = 0; width > 1; width = (width + 1) / 2, round++) Larger.Deal(tape, width / 2, plan.OfRound(round, Rounds(length), bits));
        LowBits.Deal(tape, 1, bits, plan);
    }

    /// <summary>n → 1.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, ComparisonPlan plan)
    {
        var (party, length) = (step.Party, x.Length);
        if (length == 1) return 0 * x;
        var bits = IndexBits(length);
        var low = await RunPackedAsync(step, (1L << bits) * x + Indices(party, length), bits, plan);
        return party.AddScalar(Field.Reduce(-1) * low, length - 1);
    }

    /// <summary>The low <paramref name="bits"/> bits of the largest y.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> RunPackedAsync(PartyStep step, Share y, int bits, ComparisonPlan plan)
    {
        var rounds = Rounds(y.Length);
        for (int width = y.Length, round = 0; width > 1; width = (width + 1) / 2, round++)
        {
            var half = width / 2;
            var best = await Larger.RunAsync(step, y.Slice(0, half), y.Slice(half, half), plan.OfRound(round, rounds, bits));
            y = width % 2 == 0 ? best : step.Party.Concat(best, y.Slice(2 * half, 1));
        }
        return await LowBits.RunAsync(step, y, bits, plan);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, ComparisonPlan plan) => length == 1 ? default : CostPacked(length, IndexBits(length), plan);

    /// <summary>The cost of <see cref="RunPackedAsync"/>.</summary>
    internal static Cost CostPacked(int length, int bits, ComparisonPlan plan)
    {
        var cost = LowBits.Cost(1, bits, plan);
        for (int width = length, round = 0; width > 1; width = (width + 1) / 2, round++) cost += Larger.Cost(width / 2, plan.OfRound(round, Rounds(length), bits));
        return cost;
    }

    /// <summary>k.</summary>
    private static int IndexBits(int length) => Rounds(length);

    /// <summary>⌈log₂ n⌉.</summary>
    private static int Rounds(int length) => 32 - BitOperations.LeadingZeroCount((uint)(length - 1));

    /// <summary>n − 1, …, 0.</summary>
    private static Opened Indices(Party party, int length)
    {
        var indices = party.Workspace.Rent(length);
        for (var i = 0; i < length; i++) indices.Span[i] = length - 1 - i;
        return new Opened(indices);
    }
}
