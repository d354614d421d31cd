using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// [x ≥ 0] for two parties from an opened c = x + 2^top + R, as a public bit times a dealt one: [x ≥ 0] = (c_top ⊕ R_top) ⊕ [c_low &lt; R_low] (<see cref="Compare"/>).
/// Keys give shares of [c_low &lt; R_low] ⊕ ρ (<see cref="BitKeys"/>), which are opened: e. With ρ = R_top ⊕ π for a uniform bit π, [x ≥ 0] = k ⊕ π, k = c_top ⊕ e, so that with ⟦π⟧ and
/// ⟦π·R⟧ dealt the bit, and R times it, are linear. One round of a bit each; a fifth of the hashes and four fifths of the bytes of keys that carry numbers
/// (<see cref="ComparePoints"/>), which need no round. Each party learns e, uniform.
/// </summary>
internal static class CompareBits
{
    // p differs from a multiple of 2^32 by 27: the low bits of a uniform element are uniform to 2^−45.
    private const int BitsDrawn = 32;

    /// <summary>The dealing half, for masks that have been drawn already.</summary>
    public static void Deal(DealingTape tape, ReadOnlySpan<double> r, ComparisonPlan plan)
    {
        using Secret drawn = new(Draws(r.Length)), pi = new(r.Length), cover = new(r.Length);
        tape.UniformRaw(drawn.Span);
        for (var e = 0; e < r.Length; e++)
        {
            var bit = ((long)drawn.Span[e / BitsDrawn] >> (e % BitsDrawn)) & 1;
            (pi.Span[e], cover.Span[e]) = (bit, bit ^ (((long)r[e] >> plan.TopBit) & 1));
        }
        tape.Bits(plan.Bits, r, cover.Span);
        tape.Authenticated(pi.Span);
        FieldVector.Multiply(pi.Span, r, pi.Span);
        tape.Authenticated(pi.Span);
    }

    /// <summary>k, 1 − 2k, ⟦π⟧ and ⟦π·R⟧: [x ≥ 0] = k + (1 − 2k)·π.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<(Opened Bit, Opened Sign, Share Z, Share Masked)> RunAsync(PartyStep step, Opened c, ComparisonPlan plan)
    {
        var n = c.Length;
        // Whole draws, by everybody alike; nobody knows their sum.
        step.Tape.UniformRaw(Draws(n));
        var e = await step.Opener.OpenBitsAsync(step.Tape.Bits(plan.Bits, c), step.Cancellation);
        Memory<double> bit = step.Party.Workspace.Rent(n), sign = step.Party.Workspace.Rent(n);
        Known(c.Values.Span, e.Values.Span, plan.TopBit, bit.Span, sign.Span);
        return (new Opened(bit), new Opened(sign), step.Tape.Authenticated(n), step.Tape.Authenticated(n));
    }

    /// <summary>See the class; the opening of c is not counted.</summary>
    public static Cost Cost(int length, ComparisonPlan plan) => new Cost(0, 0, Authenticated: 2 * length) + Costs.Cost.Bits(length, plan.Bits);

    private static void Known(ReadOnlySpan<double> c, ReadOnlySpan<double> e, int topBit, Span<double> bit, Span<double> sign)
    {
        for (var i = 0; i < c.Length; i++)
        {
            var k = (((long)c[i] >> topBit) ^ (long)e[i]) & 1;
            bit[i] = k;
            sign[i] = k == 0 ? 1 : Field.P - 1;
        }
    }

    private static int Draws(int length) => (length + BitsDrawn - 1) / BitsDrawn;
}
