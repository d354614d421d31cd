using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// (z≫f) ∘ y, elementwise, where z is being truncated anyway: with c = z + 2^48 + R opened, z≫f = u + g·v − ρ (<see cref="Truncate"/>), and
/// with e = open(y − a): (z≫f)·y = u·y + g·(e·v + v·a) − (e·ρ + ρ·a), all dealt. One round, n elements sent where a product of two fresh
/// shares takes 2n. Dealt per element: ⟦ρ⟧, ⟦v⟧, ⟦a⟧ uniform, ⟦v·a⟧, ⟦ρ·a⟧. Each party learns y − a, uniform.
/// </summary>
public static class TruncatedProduct
{
    /// <summary>The dealing half, for the masks of z, which have been drawn already.</summary>
    internal static void Deal(DealingTape tape, ReadOnlySpan<double> r, int shift)
    {
        using var shifted = new Secret(r.Length);
        using var upper = new Secret(r.Length);
        using var a = new Secret(r.Length);
        Truncate.Tuple(r, shift, shifted.Span, upper.Span);
        tape.Authenticated(shifted.Span);
        tape.Authenticated(upper.Span);
        tape.Uniform(a.Span);
        FieldVector.Multiply(upper.Span, a.Span, upper.Span);
        tape.Authenticated(upper.Span);
        FieldVector.Multiply(shifted.Span, a.Span, shifted.Span);
        tape.Authenticated(shifted.Span);
    }

    /// <summary>The running half, from the opened <paramref name="c"/> of z.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> RunAsync(PartyStep step, Opened c, Share y, int shift)
    {
        var party = step.Party;
        var (shifted, upper) = Truncate.ReadTuple(step, c.Length);
        var a = step.Tape.Uniform(c.Length);
        Share upperTimes = step.Tape.Authenticated(c.Length), shiftedTimes = step.Tape.Authenticated(c.Length);
        var e = await step.Opener.OpenAsync(y - a, step.Cancellation);
        var u = party.Workspace.Rent(c.Length);
        var g = party.Workspace.Rent(c.Length);
        Truncate.Public(c, shift, u.Span, g.Span);
        return new Opened(u) * y + new Opened(g) * (e * upper + upperTimes) - (e * shifted + shiftedTimes);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length) => new(1, length, Uniform: length, Authenticated: 4L * length);
}
