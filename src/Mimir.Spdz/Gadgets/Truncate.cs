using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// ⌊z / 2^f⌋ + ε for z in (−2^48, 2^48 − 14), ε ∈ {0, 1} with mean (z mod 2^f)/2^f: unbiased rounding, no failure probability.
/// One round, n elements sent. Dealt per element: ⟦R⟧ uniform, ⟦ρ⟧ = ⟦R≫f⟧ and ⟦v⟧, v = [R ≥ (p+1)/2]. From c = open(z + 2^48 + R):
/// y = u + g·v − ρ, with the public u = (c≫f) − 2^(48−f) and g = [c &lt; (p+1)/2]·(((c+p)≫f) − (c≫f)). Each party learns z + 2^48 + R mod p,
/// which is uniform. Source: protocol.md section 5.1 (gadgets.py checks it by brute force).
/// </summary>
public static class Truncate
{
    /// <summary>2^48: makes z non-negative.</summary>
    internal const long Offset = 1L << 48;

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, int shift)
    {
        using var r = new Secret(length);
        tape.Uniform(r.Span);
        DealTuple(tape, r.Span, shift);
    }

    /// <summary>⟦ρ⟧ and ⟦v⟧ for a mask that has been drawn already (a linear layer's, which has no MAC).</summary>
    internal static void DealTuple(DealingTape tape, ReadOnlySpan<double> r, int shift)
    {
        using var shifted = new Secret(r.Length);
        using var upper = new Secret(r.Length);
        Tuple(r, shift, shifted.Span, upper.Span);
        tape.Authenticated(shifted.Span);
        tape.Authenticated(upper.Span);
    }

    /// <summary>ρ = R≫f and v = [R ≥ (p+1)/2]. Constant time.</summary>
    internal static void Tuple(ReadOnlySpan<double> r, int shift, Span<double> shifted, Span<double> upper)
    {
        for (var i = 0; i < r.Length; i++)
        {
            shifted[i] = (long)r[i] >> shift;
            upper[i] = 1 - (((long)r[i] - Field.Half) >>> 63);
        }
    }

    /// <summary>⟦z≫f⟧, elementwise.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share z, int shift)
    {
        var r = step.Tape.Uniform(z.Length);
        var tuple = ReadTuple(step, z.Length);
        var c = await step.Opener.OpenAsync(step.Party.AddScalar(z + r, Offset), step.Cancellation);
        return Finish(step.Party, c, tuple, shift);
    }

    /// <summary>The party's part of <see cref="DealTuple"/>.</summary>
    internal static (Share Shifted, Share Upper) ReadTuple(PartyStep step, int length) =>
        (step.Tape.Authenticated(length), step.Tape.Authenticated(length));

    /// <summary>The local part, from the opened c = z + 2^48 + R.</summary>
    internal static Share Finish(Party party, Opened c, (Share Shifted, Share Upper) tuple, int shift)
    {
        var u = party.Workspace.Rent(c.Length);
        var g = party.Workspace.Rent(c.Length);
        Public(c, shift, u.Span, g.Span);
        return new Opened(g) * tuple.Upper - tuple.Shifted + new Opened(u);
    }

    /// <summary>u and g of every element. In doubles all of it is exact: integers below 2^51, and powers of two.</summary>
    internal static void Public(Opened c, int shift, Span<double> u, Span<double> g)
    {
        var values = c.Values.Span;
        var scale = Math.ScaleB(1, -shift);
        Vector<double> offset = new(Offset >> shift), p = new(Field.P), half = new(Field.Half);
        var i = 0;
        for (; i + Vector<double>.Count <= values.Length; i += Vector<double>.Count)
        {
            var opened = new Vector<double>(values[i..]);
            var low = Vector.Floor(opened * scale);
            var above = low - offset;
            var wrapped = Vector.Floor((opened + p) * scale) - low;
            (above + Vector.ConditionalSelect(Vector.LessThan(above, default), p, default)).CopyTo(u[i..]);
            // Without a shift it is p itself, which is 0.
            Vector.ConditionalSelect(Vector.LessThan(opened, half) & Vector.LessThan(wrapped, p), wrapped, default).CopyTo(g[i..]);
        }
        for (; i < values.Length; i++) (u[i], g[i]) = Public(values[i], shift);
    }

    /// <summary>u and g of one opened element.</summary>
    internal static (double U, double G) Public(double c, int shift)
    {
        var opened = (long)c;
        var low = opened >> shift;
        var high = (opened + Field.Prime) >> shift;
        return (Field.Reduce(low - (Offset >> shift)), opened < Field.Half ? Field.Reduce(high - low) : 0);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length) => new(1, length, Uniform: length, Authenticated: 2L * length);
}
