using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// Logits for a token of bounded influence: l → max(l − max l, −w), so that all lie in [−w, 0] whatever the text is. With Gumbel noise τ·g the largest is then a draw of
/// the exponential mechanism: two texts, however different, give each token with probabilities that differ by a factor of at most e^ε, ε = (2·w + slack)/τ
/// (docs/privacy.md derives it). Comparisons take all numbers that a product can give, so the bound needs no assumption about the model.
/// </summary>
/// <remarks>
/// Rounds: ⌈log₂ n⌉ + 1 times those of <see cref="Larger"/>. The maximum is exact to 2^(lowBit − f) a round (<see cref="ComparisonPlan"/>), which the slack counts.
/// Source: McSherry, Talwar 2007 (exponential mechanism).
/// </remarks>
public static class PrivateTokens
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, Numbers numbers)
    {
        for (var width = length; width > 1; width = (width + 1) / 2) Larger.Deal(tape, width / 2, numbers.Anything);
        Larger.Deal(tape, length, numbers.Anything);
    }

    /// <summary>n logits → n clipped ones.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share logits, SessionPlan plan, Numbers numbers)
    {
        var (party, length) = (step.Party, logits.Length);
        var largest = logits;
        for (var width = length; width > 1; width = (width + 1) / 2)
        {
            var half = width / 2;
            var best = await Larger.RunAsync(step, largest.Slice(0, half), largest.Slice(half, half), numbers.Anything);
            largest = width % 2 == 0 ? best : party.Concat(best, largest.Slice(2 * half, 1));
        }
        var below = logits - party.Repeat(largest, length);
        return await Larger.RunAsync(step, below, Floor(party, length, plan, numbers), numbers.Anything);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, Numbers numbers)
    {
        var cost = Larger.Cost(length, numbers.Anything);
        for (var width = length; width > 1; width = (width + 1) / 2) cost += Larger.Cost(width / 2, numbers.Anything);
        return cost;
    }

    /// <summary>
    /// w = (ε·τ − slack)/2. With h = 2^(lowBit − f) + 2^(5 − f), what one comparison may err by (its resolution; 27 units when a mask wraps), and r = ⌈log₂ n⌉ rounds:
    /// clipped logits span w + (r + 1)·h, twice that, (r + 2)·h of the last tournament, and two units for the noise's rounding: slack = (3·r + 4)·h + 2·2^−f.
    /// </summary>
    public static double Width(double epsilon, double temperature, int vocabulary, int fractionBits)
    {
        var rounds = vocabulary < 2 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)(vocabulary - 1));
        var error = Math.ScaleB(1, Numbers.CoarseBits(fractionBits) - fractionBits) + Math.ScaleB(1, 5 - fractionBits);
        return (epsilon * temperature - (3 * rounds + 4) * error - Math.ScaleB(2, -fractionBits)) / 2;
    }

    /// <summary>−w, rounded towards 0, for every logit.</summary>
    private static Share Floor(Party party, int length, SessionPlan plan, Numbers numbers)
    {
        var width = Math.Floor(Math.ScaleB(Width(plan.Epsilon, plan.Temperature, length, numbers.FractionBits), numbers.FractionBits));
        var floor = party.Workspace.Rent(length);
        floor.Span.Fill(Field.Reduce(-(long)width));
        return party.Constant(new Opened(floor));
    }
}
