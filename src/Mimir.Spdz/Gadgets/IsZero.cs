using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// ⟦[x = 0]⟧ (0 or 1, scale 0) for integers 0 ≤ x &lt; 2^bits, elementwise. c = open(x + R); x = 0 exactly when c and R agree in their low bits.
/// Up to <see cref="TableBits"/> bits the answer is entry c mod 2^bits of the dealt table 1[R mod 2^bits = v]. Beyond, the number of bits in
/// which the public c and the dealt bits of R differ is a local sum, an integer of at most ⌈log₂(bits + 1)⌉ bits, and is compared with zero in turn.
/// Two parties hold keys of point functions instead, and follow the one path of c.
/// </summary>
/// <remarks>
/// Rounds: one with two parties; otherwise one per stage (1 up to 5 bits, 2 up to 31). x = 0 is always found; when x + R wraps around p (probability x/2^50), x = 2^bits − 27
/// is taken for zero. Each party learns x + R, uniform. Source of the second form: Nishide and Ohta, PKC 2007.
/// </remarks>
public static class IsZero
{
    /// <summary>Longest table: 2^5 elements.</summary>
    public const int TableBits = 5;

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, int bits)
    {
        using var r = new Secret(length);
        tape.Uniform(r.Span);
        if (tape.Parties == 2)
        {
            using var ones = new Secret(length);
            ones.Span.Fill(1);
            tape.Points(PointShape.OfLowBits(bits), r.Span, ones.Span);
            return;
        }
        var width = bits <= TableBits ? 1 << bits : bits;
        using var table = new Secret(length * width);
        for (var e = 0; e < length; e++)
        {
            var low = (int)((long)r.Span[e] & ((1L << bits) - 1));
            for (var v = 0; v < width; v++)
                table.Span[e * width + v] = bits <= TableBits ? ConstantTime.Equal(v, low) : (low >> v) & 1;
        }
        tape.Authenticated(table.Span);
        if (bits > TableBits) Deal(tape, length, Bits(bits));
    }

    /// <summary>⟦[x = 0]⟧.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, int bits)
    {
        var r = step.Tape.Uniform(x.Length);
        if (step.Party.Count == 2) return Follow(step, await step.Opener.OpenAsync(x + r, step.Cancellation), bits);
        var width = bits <= TableBits ? 1 << bits : bits;
        var table = step.Tape.Authenticated(x.Length * width);
        var c = await step.Opener.OpenAsync(x + r, step.Cancellation);
        return bits <= TableBits
            ? Pick(step.Party, c, table, width)
            : await RunAsync(step, Difference(step.Party, c, table, width), Bits(bits));
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, int bits, int parties)
    {
        var cost = new Cost(1, length, Uniform: length);
        if (parties == 2) return cost + Costs.Cost.Points(length, PointShape.OfLowBits(bits));
        cost += new Cost(0, 0, Authenticated: (long)length * (bits <= TableBits ? 1 << bits : bits));
        return bits <= TableBits ? cost : cost + Cost(length, Bits(bits), parties);
    }

    /// <summary>Bits of an integer in [0, largest].</summary>
    public static int Bits(int largest) => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)largest);

    private static Share Follow(PartyStep step, Opened c, int bits)
    {
        var party = step.Party;
        var result = party.Rent(c.Length);
        var scratch = party.Workspace.Rent(PointTree.ScratchElements(PointShape.BatchKeys, 2)).Span;
        var batches = step.Tape.Points(PointShape.OfLowBits(bits), c.Length);
        var values = c.Values.Span;
        Span<int> path = stackalloc int[PointShape.BatchKeys];
        for (var at = 0; at < c.Length; at += PointShape.BatchKeys)
        {
            var keys = batches.From(at);
            var tree = new PointTree(keys, 0, keys.Count, scratch);
            while (tree.Depth < bits)
            {
                tree.Grow();
                for (var k = 0; k < keys.Count; k++) path[k] = (int)(((long)values[at + k] >> (bits - tree.Depth)) & 1);
                tree.Keep(path[..keys.Count], 1);
            }
            tree.Convert(0);
            for (var k = 0; k < keys.Count; k++)
                tree.Write(k, 0, result.Value.Span.Slice(at + k, 1), party.Active ? result.Mac.Span.Slice(at + k, 1) : default);
        }
        return result;
    }

    private static Share Pick(Party party, Opened c, Share table, int width)
    {
        var result = party.Rent(c.Length);
        Pick(c.Values.Span, table.Value.Span, width, result.Value.Span);
        if (party.Active) Pick(c.Values.Span, table.Mac.Span, width, result.Mac.Span);
        return result;
    }

    private static void Pick(ReadOnlySpan<double> c, ReadOnlySpan<double> table, int width, Span<double> result)
    {
        for (var e = 0; e < c.Length; e++) result[e] = table[e * width + (int)((long)c[e] & (width - 1))];
    }

    /// <summary>Σ_i c_i ⊕ R_i = Σ_i c_i + (1 − 2·c_i)·R_i.</summary>
    private static Share Difference(Party party, Opened c, Share bits, int width)
    {
        var sign = party.Workspace.Rent(bits.Length);
        var count = party.Workspace.Rent(c.Length);
        for (var e = 0; e < c.Length; e++)
        {
            var opened = (long)c.Values.Span[e];
            for (var i = 0; i < width; i++) sign.Span[e * width + i] = Field.Reduce(1 - 2 * ((opened >> i) & 1));
            count.Span[e] = System.Numerics.BitOperations.PopCount((ulong)opened & ((1UL << width) - 1));
        }
        return party.SumRows(new Opened(sign) * bits, c.Length) + new Opened(count);
    }
}
