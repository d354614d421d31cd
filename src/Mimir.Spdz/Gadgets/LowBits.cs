using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// y mod 2^k as a secret integer: t = y≫k (<see cref="Truncate"/>) is exact or one too high, so y − 2^k·t is it or 2^k less, and one comparison tells.
/// |y| &lt; 2^48. Rounds: one, and those of a comparison.
/// </summary>
internal static class LowBits
{
    /// <summary>The dealing half; <paramref name="plan"/> says how numbers are compared.</summary>
    public static void Deal(DealingTape tape, int length, int bits, ComparisonPlan plan)
    {
        Truncate.Deal(tape, length, bits);
        Compare.Deal(tape, length, plan.OfLowBits(bits));
    }

    /// <summary>Elementwise.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share y, int bits, ComparisonPlan plan)
    {
        var low = y - (1L << bits) * await Truncate.RunAsync(step, y, bits);
        var isPositive = await Compare.RunAsync(step, low, plan.OfLowBits(bits));
        return step.Party.AddScalar(low - (1L << bits) * isPositive, 1L << bits);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, int bits, ComparisonPlan plan) => Truncate.Cost(length) + Compare.Cost(length, plan.OfLowBits(bits));
}
