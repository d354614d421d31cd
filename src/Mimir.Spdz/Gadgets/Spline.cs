using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// f(x) at scale G for any smooth f given as nested splines, from ONE opening: c = open(x + R). Each level's value f_ℓ is a public linear combination of what
/// was dealt. Two parties hold keys of point functions and evaluate only the pieces that answer (<see cref="SplinePoints"/>): one round. With more, dealt
/// tables also make the bit in_ℓ "the finer level answers" a linear combination; then r = f_0 and, for ℓ = 1, 2, …: r ← f_ℓ + in_ℓ·(r − f_ℓ), a
/// round per level after the first. A level whose range x exceeds gives a bounded wrong number that in_ℓ = 0 cancels.
/// </summary>
/// <remarks>
/// No failure probability: when x + R wraps around p = 2^50 − 27, c is off by 27 modulo every power of two, so the function is evaluated
/// 27 units in the last place beside x (probability |x|/2^50). Error: the fit's, plus 2^−bits widths of input resolution, plus what rounding the
/// coefficients leaves (<see cref="SplinePlane"/>). Each party learns x + R mod p, which is uniform. Source: protocol.md section 5.3; the nesting
/// and the harmless wrap are ours (docs/protocol.md).
/// </remarks>
public static class Spline
{
    private const int ChunkElements = 4096;

    /// <summary>The dealing half: R, then for chunks of elements their tables, level by level, or their keys.</summary>
    public static void Deal(DealingTape tape, int length, SplineFunction function)
    {
        using var r = new Secret(length);
        tape.Uniform(r.Span);
        DealTables(tape, r.Span, function);
    }

    /// <summary>The tables, or keys, for masks that have been drawn already (a linear layer's, which have no MAC).</summary>
    internal static void DealTables(DealingTape tape, ReadOnlySpan<double> r, SplineFunction function)
    {
        if (function.Points)
        {
            SplinePoints.Deal(tape, r, function);
            return;
        }
        var length = r.Length;
        foreach (var (level, kernel) in function.Levels.Zip(function.Kernels))
        {
            var perChunk = ElementsPerChunk(level);
            using var chunk = new Secret(perChunk * level.TableLength);
            var tables = chunk.Span;
            for (var at = 0; at < length; at += perChunk)
            {
                var count = Math.Min(perChunk, length - at);
                for (var e = 0; e < count; e++)
                    kernel.Table((long)r[at + e], tables.Slice(e * level.TableLength, level.TableLength));
                tape.Authenticated(tables[..(count * level.TableLength)]);
            }
        }
    }

    /// <summary>f(x), scale G of <paramref name="function"/>; x at the scale for which the function was built.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, SplineFunction function)
    {
        var r = step.Tape.Uniform(x.Length);
        var c = await step.Opener.OpenAsync(x + r, step.Cancellation);
        return await FinishAsync(step, c, function);
    }

    /// <summary>From the opened c = x + R on, whoever opened it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> FinishAsync(PartyStep step, Opened c, SplineFunction function)
    {
        if (function.Points) return SplinePoints.Finish(step, c, function);
        var result = default(Share);
        for (var l = 0; l < function.Levels.Count; l++)
        {
            var (value, inner) = Evaluate(step, c, function.Levels[l], function.Kernels[l], l > 0);
            result = l == 0 ? value : value + await Multiply.RunAsync(step, inner, result - value);
        }
        return result;
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, SplineFunction function)
    {
        var cost = new Cost(1, length, Uniform: length);
        if (function.Points) return cost + Costs.Cost.Points(length, function.Keys);
        cost += new Cost(0, 0, Authenticated: (long)length * function.TableLength);
        for (var l = 1; l < function.Levels.Count; l++) cost += Multiply.Cost(length);
        return cost;
    }

    private static (Share Value, Share Inner) Evaluate(PartyStep step, Opened c, SplineLevel level, SplineKernel kernel, bool withInner)
    {
        var party = step.Party;
        var value = party.Rent(c.Length);
        var inner = withInner ? party.Rent(c.Length) : default;
        var combination = party.Workspace.Rent(level.TableLength).Span;
        var selector = party.Workspace.Rent(level.Pieces).Span;
        var perChunk = ElementsPerChunk(level);
        var width = level.TableLength;
        for (var at = 0; at < c.Length; at += perChunk)
        {
            var count = Math.Min(perChunk, c.Length - at);
            var tables = step.Tape.TransientAuthenticated(count * width);
            for (var e = 0; e < count; e++)
            {
                var opened = (long)c.Values.Span[at + e];
                kernel.Combination(opened, combination);
                var table = tables.Slice(e * width, width);
                value.Value.Span[at + e] = FieldVector.Dot(combination, table.Value.Span);
                if (party.Active) value.Mac.Span[at + e] = FieldVector.Dot(combination, table.Mac.Span);
                if (!withInner) continue;
                kernel.Inner(opened, selector);
                inner.Value.Span[at + e] = FieldVector.Dot(selector, table.Value.Span[..level.Pieces]);
                if (party.Active) inner.Mac.Span[at + e] = FieldVector.Dot(selector, table.Mac.Span[..level.Pieces]);
            }
        }
        return (value, inner);
    }

    private static int ElementsPerChunk(SplineLevel level) => Math.Max(1, ChunkElements / level.TableLength);
}
