using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The secret unit vector of a secret index: e_j = [id = j] for j &lt; length, all from one opening c = open(id + R): with the dealt
/// ⟦1[R mod 2^m = v]⟧, e_j is entry (c − j) mod 2^m. Whatever the index is, the result is a row of the unit matrix modulo 2^m ≥ length
/// (well-formed by construction), or zero beyond length. When id + R wraps around p = 2^50 − 27 it is the row 27 further on: probability id/2^50.
/// One round, one element sent; 2^m dealt, or for two parties one key of a point function, whose leaves are the table.
/// </summary>
public static class OneHot
{
    /// <summary>m with 2^m ≥ length.</summary>
    public static int Bits(int length) => Math.Max(1, 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(length - 1)));

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length)
    {
        using var r = new Secret(1);
        tape.Uniform(r.Span);
        var size = 1 << Bits(length);
        var index = (int)((long)r.Span[0] & (size - 1));
        if (tape.Parties == 2)
        {
            tape.Points(PointShape.OfLowBits(Bits(length)), r.Span, [1]);
            return;
        }
        using var table = new Secret(size);
        for (var v = 0; v < size; v++) table.Span[v] = ConstantTime.Equal(v, index);
        tape.Authenticated(table.Span);
    }

    /// <summary>id: one element → length elements.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share index, int length)
    {
        var r = step.Tape.Uniform(1);
        var table = step.Party.Count == 2 ? Leaves(step, length) : step.Tape.Authenticated(1 << Bits(length));
        var c = await step.Opener.OpenAsync(index + r, step.Cancellation);
        var result = step.Party.Rent(length);
        var top = (long)c.Values.Span[0];
        Rotate(table.Value.Span, top, result.Value.Span);
        if (step.Party.Active) Rotate(table.Mac.Span, top, result.Mac.Span);
        return result;
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, int parties) =>
        new Cost(1, 1, Uniform: 1) + (parties == 2 ? Costs.Cost.Points(1, PointShape.OfLowBits(Bits(length))) : new Cost(0, 0, Authenticated: 1L << Bits(length)));

    private static Share Leaves(PartyStep step, int length)
    {
        var keys = step.Tape.Points(PointShape.OfLowBits(Bits(length)), 1).From(0);
        var table = step.Party.Rent(1 << Bits(length));
        var tree = new PointTree(keys, 0, 1, step.Party.Workspace.Rent(PointTree.ScratchElements(1, table.Length)).Span);
        tree.GrowTo(keys.Shape.Depth);
        tree.Convert(0);
        tree.Write(0, 0, table.Value.Span, table.Mac.Span);
        return table;
    }

    private static void Rotate(ReadOnlySpan<double> table, long c, Span<double> result)
    {
        for (var j = 0; j < result.Length; j++) result[j] = table[(int)((c - j) & (table.Length - 1))];
    }
}
