using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// max(a, b) = b + w·(a − b) with w = [a − b ≥ 0], elementwise. The comparison's opening c = (a − b) + 2^top + R serves the product too:
/// w·(a − b) = w·(c − 2^top) − w·R. Three or more parties: with e = open(w − m) and ⟦m·R⟧ dealt, w·R = e·R + m·R; rounds: those of <see cref="Compare"/> and one;
/// opened: its elements and n, where a product of two shares takes 2n and a triple. Two parties: w and w·R are linear in what is dealt, either after a round of
/// one bit each (<see cref="CompareBits"/>) or, up to <see cref="Local"/> elements, at once, from keys that carry R times every number
/// (<see cref="ComparePoints"/>). Each party learns what the comparison opens, and w − m or a covered w, all uniform.
/// </summary>
public static class Larger
{
    /// <summary>Most elements for which larger keys are worth a round.</summary>
    public const int Local = 1 << 11;

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, ComparisonPlan plan)
    {
        using var r = new Secret(length);
        tape.Uniform(r.Span);
        if (plan.Points)
        {
            if (length <= Local) ComparePoints.DealWithMask(tape, r.Span, plan);
            else CompareBits.Deal(tape, r.Span, plan);
            return;
        }
        using var m = new Secret(length);
        Compare.DealTables(tape, r.Span, plan);
        tape.Uniform(m.Span);
        FieldVector.Multiply(m.Span, r.Span, m.Span);
        tape.Authenticated(m.Span);
    }

    /// <summary>⟦max(a, b)⟧; where |a − b| is below the plan's resolution it may be the smaller one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share a, Share b, ComparisonPlan plan)
    {
        var (party, n) = (step.Party, a.Length);
        var r = step.Tape.Uniform(n);
        var c = await step.Opener.OpenAsync(party.AddScalar(a - b + r, 1L << plan.TopBit), step.Cancellation);
        var known = party.Workspace.Rent(n);
        FieldVector.AddScalar(c.Values.Span, Field.Reduce(-(1L << plan.TopBit)), known.Span);
        if (plan.Points)
        {
            var (bit, sign, z, masked) = n <= Local ? ComparePoints.WithMask(step, c, plan) : await CompareBits.RunAsync(step, c, plan);
            return b + (new Opened(known) * (sign * z + bit) - (sign * masked + bit * r));
        }
        var wins = await Compare.FinishAsync(step, c, plan);
        Share m = step.Tape.Uniform(n), product = step.Tape.Authenticated(n);
        var e = await step.Opener.OpenAsync(wins - m, step.Cancellation);
        return b + (new Opened(known) * wins - (e * r + product));
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, ComparisonPlan plan) => plan.Points
        ? new Cost(1, length, Uniform: length) + (length <= Local ? ComparePoints.CostWithMask(length, plan) : CompareBits.Cost(length, plan))
        : Compare.Cost(length, plan) + new Cost(1, length, Uniform: length, Authenticated: length);
}
