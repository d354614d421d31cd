using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// max(a, b) = b + w·(a − b) with w = [a − b ≥ 0], elementwise. The comparison's opening c = (a − b) + 2^top + R serves the product too:
/// w·(a − b) = w·(c − 2^top) − w·R, and with e = open(w − m) and ⟦m·R⟧ dealt, w·R = e·R + m·R. Rounds: those of <see cref="Compare"/> and one;
/// opened: its elements and n, where a product of two shares takes 2n and a triple. Two parties do up to <see cref="Local"/> elements in the comparison's
/// round alone: their keys carry R times every number too (<see cref="ComparePoints"/>), so that w·R is as local as w; 16 bytes more per digit.
/// Each party learns what the comparison opens, and w − m, all uniform.
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
        if (IsLocal(length, plan))
        {
            ComparePoints.DealWithMask(tape, r.Span, plan);
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
        if (IsLocal(n, plan)) return b + Finish(step, c, r, new Opened(known), plan);
        var wins = await Compare.FinishAsync(step, c, plan);
        Share m = step.Tape.Uniform(n), masked = step.Tape.Authenticated(n);
        var e = await step.Opener.OpenAsync(wins - m, step.Cancellation);
        return b + (new Opened(known) * wins - (e * r + masked));
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, ComparisonPlan plan) => IsLocal(length, plan)
        ? new Cost(1, length, Uniform: length, Authenticated: 2 * length) + Costs.Cost.Points(length, plan.KeysWithMask)
        : Compare.Cost(length, plan) + new Cost(1, length, Uniform: length, Authenticated: length);

    private static bool IsLocal(int length, ComparisonPlan plan) => plan.Points && length <= Local;

    /// <summary>w·(a − b) = w·(c − 2^top) − w·R with w and w·R from the keys.</summary>
    private static Share Finish(PartyStep step, Opened c, Share r, Opened known, ComparisonPlan plan)
    {
        Share top = step.Tape.Authenticated(c.Length), maskedTop = step.Tape.Authenticated(c.Length);
        var (less, masked) = ComparePoints.LessWithMask(step, c, plan);
        var (bit, sign) = Compare.Public(step.Party, c, plan);
        return known * (sign * (top + less) + bit) - (sign * (maskedTop + masked) + bit * r);
    }
}
