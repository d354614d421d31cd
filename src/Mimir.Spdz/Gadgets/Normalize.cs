using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// y = x·r, r = 1/sqrt(mean(x²) + ε), f → f fraction bits, from ONE opening c = x + 2^48 + R of the vector. Two things are read from it:
/// x = c − 2^48 − R exactly, and x' = x≫t = u + g·v − ρ (t = f − <see cref="Numbers.SquareBits"/>; u, g public, see <see cref="Truncate"/>), so
/// Σx'² = Σu² + Σ(g² + 2ug)·v − 2Σu·ρ − 2Σg·(vρ) + Σρ² is a public linear combination of dealt numbers. The inverse root by
/// spline; its rescaling opens it as c_r, whence r = u_r + g_r·v_r − ρ_r and R·r = u_r·R + g_r·(v_r·R) − ρ_r·R: no product of two shares.
/// </summary>
/// <remarks>
/// Rounds: the spline's and 3. Elements opened: 2k + 1 and the spline's. Dealt per element: ⟦R⟧, ⟦ρ⟧, ⟦v⟧, ⟦vρ⟧, ⟦v_r·R⟧, ⟦ρ_r·R⟧ and the
/// last rescaling's; per vector ⟦Σρ²⟧. Domain: mean(x²) &lt; 2^14. Relative error of the inverse root at degree 2: 6e-5 from
/// mean(x²) = 0.0001 on; far below that it grows, because few segments are left there. Each party learns c, c_r and maskings, uniform.
/// </remarks>
public static class Normalize
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, Numbers numbers)
    {
        using var r = new Secret(length);
        using var shifted = new Secret(length);
        using var upper = new Secret(length);
        tape.Uniform(r.Span);
        Truncate.Tuple(r.Span, numbers.FractionBits - numbers.SquareBits, shifted.Span, upper.Span);
        tape.Authenticated(shifted.Span);
        tape.Authenticated(upper.Span);
        var squares = FieldVector.Dot(shifted.Span, shifted.Span);
        tape.Authenticated([squares]);
        FieldVector.Multiply(shifted.Span, upper.Span, upper.Span);
        tape.Authenticated(upper.Span);
        Spline.Deal(tape, 1, numbers.InverseRoot);
        DealRoot(tape, r.Span, upper.Span, numbers);
        Truncate.Deal(tape, length, numbers.InverseRootBits);
    }

    /// <summary>The running half.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, Numbers numbers)
    {
        var party = step.Party;
        var r = step.Tape.Uniform(x.Length);
        var tuple = Truncate.ReadTuple(step, x.Length);
        var squares = step.Tape.Authenticated(1);
        var crossed = step.Tape.Authenticated(x.Length);
        var c = await step.Opener.OpenAsync(party.AddScalar(x + r, Truncate.Offset), step.Cancellation);
        squares += SquareSum(party, c, tuple, crossed, numbers.FractionBits - numbers.SquareBits);

        var root = await Spline.RunAsync(step, squares, numbers.InverseRoot);
        var shift = SplineTables.InverseRootOutputBits - numbers.InverseRootBits;
        var rootMask = step.Tape.Uniform(1);
        var rootTuple = Truncate.ReadTuple(step, 1);
        var (upper, lower) = (step.Tape.Authenticated(x.Length), step.Tape.Authenticated(x.Length));
        var opened = await step.Opener.OpenAsync(party.AddScalar(root + rootMask, Truncate.Offset), step.Cancellation);
        root = Truncate.Finish(party, opened, rootTuple, shift);
        return await Truncate.RunAsync(step, Scaled(party, c, r, upper, lower, root, Truncate.Public(opened.Values.Span[0], shift)), numbers.InverseRootBits);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, Numbers numbers) =>
        new Cost(1, length, Uniform: length, Authenticated: 3L * length + 1)
        + Spline.Cost(1, numbers.InverseRoot) + Truncate.Cost(1) + new Cost(0, 0, Authenticated: 2L * length) + Truncate.Cost(length);

    /// <summary>The inverse root's truncation tuple, and v_r·R, ρ_r·R.</summary>
    private static void DealRoot(DealingTape tape, ReadOnlySpan<double> r, Span<double> product, Numbers numbers)
    {
        using var root = new Secret(3);
        tape.Uniform(root.Span[..1]);
        Truncate.Tuple(root.Span[..1], SplineTables.InverseRootOutputBits - numbers.InverseRootBits, root.Span.Slice(1, 1), root.Span.Slice(2, 1));
        tape.Authenticated(root.Span.Slice(1, 1));
        tape.Authenticated(root.Span.Slice(2, 1));
        FieldVector.Scale(r, root.Span[2], product);
        tape.Authenticated(product);
        FieldVector.Scale(r, root.Span[1], product);
        tape.Authenticated(product);
    }

    /// <summary>Σ(u + g·v − ρ)² without Σρ², from v² = v.</summary>
    private static Share SquareSum(Party party, Opened c, (Share Shifted, Share Upper) tuple, Share crossed, int shift)
    {
        var u = party.Workspace.Rent(c.Length);
        var g = party.Workspace.Rent(c.Length);
        var w = party.Workspace.Rent(c.Length);
        Truncate.Public(c, shift, u.Span, g.Span);
        var constant = FieldVector.Dot(u.Span, u.Span);
        FieldVector.Add(u.Span, u.Span, u.Span);
        FieldVector.Add(u.Span, g.Span, w.Span);
        FieldVector.Multiply(w.Span, g.Span, w.Span);
        FieldVector.Add(g.Span, g.Span, g.Span);
        var result = party.Rent(1);
        result.Value.Span[0] = Combine(tuple.Upper.Value.Span, tuple.Shifted.Value.Span, crossed.Value.Span);
        if (party.Active) result.Mac.Span[0] = Combine(tuple.Upper.Mac.Span, tuple.Shifted.Mac.Span, crossed.Mac.Span);
        return party.AddScalar(result, constant);

        double Combine(ReadOnlySpan<double> upper, ReadOnlySpan<double> shifted, ReadOnlySpan<double> both) =>
            Field.Subtract(FieldVector.Dot(w.Span, upper), Field.Add(FieldVector.Dot(u.Span, shifted), FieldVector.Dot(g.Span, both)));
    }

    /// <summary>x·r = (c − 2^48)·⟦r⟧ − u_r·⟦R⟧ − g_r·⟦v_r·R⟧ + ⟦ρ_r·R⟧.</summary>
    private static Share Scaled(Party party, Opened c, Share r, Share upper, Share shifted, Share root, (double U, double G) known)
    {
        var plain = party.Workspace.Rent(c.Length);
        FieldVector.AddScalar(c.Values.Span, Field.Reduce(-Truncate.Offset), plain.Span);
        var result = party.Rent(c.Length);
        Part(r.Value.Span, upper.Value.Span, shifted.Value.Span, root.Value.Span[0], result.Value.Span);
        if (party.Active) Part(r.Mac.Span, upper.Mac.Span, shifted.Mac.Span, root.Mac.Span[0], result.Mac.Span);
        return result;

        void Part(ReadOnlySpan<double> mask, ReadOnlySpan<double> up, ReadOnlySpan<double> low, double scale, Span<double> z)
        {
            low.CopyTo(z);
            FieldVector.ScaleAdd(plain.Span, scale, z);
            FieldVector.ScaleAdd(mask, Field.Negate(known.U), z);
            FieldVector.ScaleAdd(up, Field.Negate(known.G), z);
        }
    }
}
