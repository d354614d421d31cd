using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// y = x·r, r = 1/sqrt(mean(x²) + ε), f → f fraction bits, for every row of x, from ONE opening c = x + 2^48 + R of all. Two things are read from it:
/// x = c − 2^48 − R exactly, and x' = x≫t = u + g·v − ρ (t = f − <see cref="NormNumbers.SquareBits"/>; u, g public, see <see cref="Truncate"/>), so
/// Σx'² = Σu² + Σ(g² + 2ug)·v − 2Σu·ρ − 2Σg·(vρ) + Σρ² is a public linear combination of dealt numbers. The inverse root by
/// spline; its rescaling opens it as c_r, whence r = u_r + g_r·v_r − ρ_r and R·r = u_r·R + g_r·(v_r·R) − ρ_r·R: no product of two shares.
/// </summary>
/// <remarks>
/// Rounds: the spline's and 3, whatever the rows. Elements opened: 2k + 1 and the spline's per row. Dealt per element: ⟦R⟧, ⟦ρ⟧, ⟦v⟧, ⟦vρ⟧, ⟦v_r·R⟧, ⟦ρ_r·R⟧ and the
/// last rescaling's; per row ⟦Σρ²⟧. Domain: mean(x²) &lt; 2^14. Relative error of the inverse root at degree 2: 6e-5 from
/// mean(x²) = 0.0001 on; far below that it grows, because few segments are left there. Each party learns c, c_r and maskings, uniform.
/// </remarks>
public static class Normalize
{
    /// <summary>The dealing half, for <paramref name="rows"/> equal rows of together <paramref name="length"/> elements.</summary>
    public static void Deal(DealingTape tape, int length, Numbers numbers, int rows = 1)
    {
        var norm = numbers.Norm(length / rows);
        using var r = new Secret(length);
        using var shifted = new Secret(length);
        using var upper = new Secret(length);
        tape.Uniform(r.Span);
        Truncate.Tuple(r.Span, numbers.FractionBits - norm.SquareBits, shifted.Span, upper.Span);
        tape.Authenticated(shifted.Span);
        tape.Authenticated(upper.Span);
        using var squares = new Secret(rows);
        for (var row = 0; row < rows; row++)
        {
            var part = shifted.Span.Slice(row * norm.Width, norm.Width);
            squares.Span[row] = FieldVector.Dot(part, part);
        }
        tape.Authenticated(squares.Span);
        FieldVector.Multiply(shifted.Span, upper.Span, upper.Span);
        tape.Authenticated(upper.Span);
        Spline.Deal(tape, rows, norm.Root);
        DealRoots(tape, r.Span, upper.Span, rows, norm);
        Truncate.Deal(tape, length, norm.RootBits);
    }

    /// <summary>The running half.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, Numbers numbers, int rows = 1)
    {
        var (party, norm) = (step.Party, numbers.Norm(x.Length / rows));
        var r = step.Tape.Uniform(x.Length);
        var tuple = Truncate.ReadTuple(step, x.Length);
        var squares = step.Tape.Authenticated(rows);
        var crossed = step.Tape.Authenticated(x.Length);
        var c = await step.Opener.OpenAsync(party.AddScalar(x + r, Truncate.Offset), step.Cancellation);
        squares += SquareSums(party, c, tuple, crossed, rows, numbers.FractionBits - norm.SquareBits);

        var roots = await Spline.RunAsync(step, squares, norm.Root);
        var shift = SplineTables.InverseRootOutputBits - norm.RootBits;
        var rootMasks = step.Tape.Uniform(rows);
        var rootTuple = Truncate.ReadTuple(step, rows);
        var (upper, lower) = (step.Tape.Authenticated(x.Length), step.Tape.Authenticated(x.Length));
        var opened = await step.Opener.OpenAsync(party.AddScalar(roots + rootMasks, Truncate.Offset), step.Cancellation);
        roots = Truncate.Finish(party, opened, rootTuple, shift);
        return await Truncate.RunAsync(step, Scaled(party, c, r, upper, lower, roots, opened, shift), norm.RootBits);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, Numbers numbers, int rows = 1) =>
        new Cost(1, length, Uniform: length, Authenticated: 3L * length + rows)
        + Spline.Cost(rows, numbers.Norm(length / rows).Root) + Truncate.Cost(rows) + new Cost(0, 0, Authenticated: 2L * length) + Truncate.Cost(length);

    /// <summary>The inverse roots' truncation tuples, and v_r·R, ρ_r·R.</summary>
    private static void DealRoots(DealingTape tape, ReadOnlySpan<double> r, Span<double> product, int rows, NormNumbers norm)
    {
        using var root = new Secret(rows);
        using var shifted = new Secret(rows);
        using var upper = new Secret(rows);
        tape.Uniform(root.Span);
        Truncate.Tuple(root.Span, SplineTables.InverseRootOutputBits - norm.RootBits, shifted.Span, upper.Span);
        tape.Authenticated(shifted.Span);
        tape.Authenticated(upper.Span);
        DealScaled(tape, r, upper.Span, product);
        DealScaled(tape, r, shifted.Span, product);
    }

    /// <summary>Every row of R times its scale.</summary>
    private static void DealScaled(DealingTape tape, ReadOnlySpan<double> r, ReadOnlySpan<double> scales, Span<double> product)
    {
        var width = r.Length / scales.Length;
        for (var row = 0; row < scales.Length; row++) FieldVector.Scale(r.Slice(row * width, width), scales[row], product.Slice(row * width, width));
        tape.Authenticated(product);
    }

    /// <summary>Σ(u + g·v − ρ)² without Σρ², from v² = v, for every row.</summary>
    private static Share SquareSums(Party party, Opened c, (Share Shifted, Share Upper) tuple, Share crossed, int rows, int shift)
    {
        var u = party.Workspace.Rent(c.Length);
        var g = party.Workspace.Rent(c.Length);
        var w = party.Workspace.Rent(c.Length);
        var constants = party.Workspace.Rent(rows);
        Truncate.Public(c, shift, u.Span, g.Span);
        var width = c.Length / rows;
        for (var row = 0; row < rows; row++) constants.Span[row] = FieldVector.Dot(u.Span.Slice(row * width, width), u.Span.Slice(row * width, width));
        FieldVector.Add(u.Span, u.Span, u.Span);
        FieldVector.Add(u.Span, g.Span, w.Span);
        FieldVector.Multiply(w.Span, g.Span, w.Span);
        FieldVector.Add(g.Span, g.Span, g.Span);
        var result = party.Rent(rows);
        Combine(tuple.Upper.Value.Span, tuple.Shifted.Value.Span, crossed.Value.Span, result.Value.Span);
        if (party.Active) Combine(tuple.Upper.Mac.Span, tuple.Shifted.Mac.Span, crossed.Mac.Span, result.Mac.Span);
        return result + new Opened(constants);

        void Combine(ReadOnlySpan<double> upper, ReadOnlySpan<double> shifted, ReadOnlySpan<double> both, Span<double> sums)
        {
            for (var row = 0; row < rows; row++)
            {
                var (start, end) = (row * width, (row + 1) * width);
                sums[row] = Field.Subtract(
                    FieldVector.Dot(w.Span[start..end], upper[start..end]),
                    Field.Add(FieldVector.Dot(u.Span[start..end], shifted[start..end]), FieldVector.Dot(g.Span[start..end], both[start..end])));
            }
        }
    }

    /// <summary>x·r = (c − 2^48)·⟦r⟧ − u_r·⟦R⟧ − g_r·⟦v_r·R⟧ + ⟦ρ_r·R⟧, for every row's r.</summary>
    private static Share Scaled(Party party, Opened c, Share r, Share upper, Share shifted, Share roots, Opened opened, int shift)
    {
        var plain = party.Workspace.Rent(c.Length);
        FieldVector.AddScalar(c.Values.Span, Field.Reduce(-Truncate.Offset), plain.Span);
        var result = party.Rent(c.Length);
        var width = c.Length / roots.Length;
        for (var row = 0; row < roots.Length; row++)
        {
            var (u, g) = Truncate.Public(opened.Values.Span[row], shift);
            var (start, end) = (row * width, (row + 1) * width);
            Part(r.Value.Span[start..end], upper.Value.Span[start..end], shifted.Value.Span[start..end], roots.Value.Span[row], result.Value.Span[start..end]);
            if (party.Active)
                Part(r.Mac.Span[start..end], upper.Mac.Span[start..end], shifted.Mac.Span[start..end], roots.Mac.Span[row], result.Mac.Span[start..end]);

            void Part(ReadOnlySpan<double> mask, ReadOnlySpan<double> up, ReadOnlySpan<double> low, double scale, Span<double> z)
            {
                low.CopyTo(z);
                FieldVector.ScaleAdd(plain.Span[start..end], scale, z);
                FieldVector.ScaleAdd(mask, Field.Negate(u), z);
                FieldVector.ScaleAdd(up, Field.Negate(g), z);
            }
        }
        return result;
    }
}
