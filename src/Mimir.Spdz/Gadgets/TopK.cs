using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The k largest of n logits in descending order, with their indices, without anybody learning which: as y = 2^b·x + (n' − 1 − i), like <see cref="Argmax"/>.
/// Of G groups of B logits the k with the largest maxima hold all of the k largest; so: each group's maximum (n − G pairs compared), the k largest of these
/// (<see cref="Largest"/>), their groups' k·B logits (<see cref="SecretRows"/>), and the k largest of them. <see cref="TopKShape"/> chooses B; where n is small it is 1.
/// </summary>
/// <remarks>
/// Pairs compared: n + O((n/B + k·B)·(log k)²), about 2·n for 50,257 logits and k = 40; k times argmax would take k·n. Ties and logits closer than the
/// comparison's resolution (<see cref="Numbers.Vocabulary"/>) times the rounds may change places. docs/sampling.md has the counts.
/// </remarks>
public static class TopK
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, int count, Numbers numbers)
    {
        var shape = TopKShape.Of(length, count);
        var plan = numbers.Vocabulary.Above(shape.IndexBits);
        if (shape.Rows == 1)
        {
            Largest.Deal(tape, length, count, plan);
            return;
        }
        for (var rows = shape.Rows; rows > 1; rows = (rows + 1) / 2) Larger.Deal(tape, rows / 2 * shape.Columns, plan);
        Largest.Deal(tape, shape.Columns, count, plan);
        LowBits.Deal(tape, count, ColumnBits(shape), numbers.Vocabulary);
        SecretRows.Deal(tape, count, shape.Rows, shape.Columns);
        Largest.Deal(tape, count * shape.Rows, count, plan);
    }

    /// <summary>n logits → the <paramref name="count"/> largest y.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> RunAsync(PartyStep step, Share x, int count, Numbers numbers)
    {
        var shape = TopKShape.Of(x.Length, count);
        var plan = numbers.Vocabulary.Above(shape.IndexBits);
        var least = Least(shape, numbers);
        var y = Pack(step.Party, x, shape, least);
        if (shape.Rows == 1) return await Largest.RunAsync(step, y, count, least, plan);
        var best = y;
        for (var rows = shape.Rows; rows > 1; rows = (rows + 1) / 2)
        {
            var half = rows / 2 * shape.Columns;
            var larger = await Larger.RunAsync(step, best.Slice(0, half), best.Slice(half, half), plan);
            best = rows % 2 == 0 ? larger : step.Party.Concat(larger, best.Slice(2 * half, shape.Columns));
        }
        best = await Largest.RunAsync(step, best, count, least, plan);
        // The low bits are G − 1 − g.
        var groups = step.Party.AddScalar(Field.Reduce(-1) * await LowBits.RunAsync(step, best, ColumnBits(shape), numbers.Vocabulary), shape.Columns - 1);
        var candidates = await SecretRows.RunAsync(step, groups, y, shape.Columns);
        return await Largest.RunAsync(step, candidates, count, least, plan);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, int count, Numbers numbers)
    {
        var shape = TopKShape.Of(length, count);
        var plan = numbers.Vocabulary.Above(shape.IndexBits);
        if (shape.Rows == 1) return Largest.Cost(length, count, plan);
        var cost = Largest.Cost(shape.Columns, count, plan) + LowBits.Cost(count, ColumnBits(shape), numbers.Vocabulary)
            + SecretRows.Cost(count, shape.Rows, shape.Columns, numbers.Parties) + Largest.Cost(count * shape.Rows, count, plan);
        for (var rows = shape.Rows; rows > 1; rows = (rows + 1) / 2) cost += Larger.Cost(rows / 2 * shape.Columns, plan);
        return cost;
    }

    private static int ColumnBits(TopKShape shape) => System.Numerics.BitOperations.Log2((uint)shape.Columns);

    /// <summary>Below every y of a logit above −2^7: differences stay within what comparisons take.</summary>
    private static long Least(TopKShape shape, Numbers numbers) => -(1L << (numbers.FractionBits + 7 + shape.IndexBits));

    /// <summary>2^b·x_i + (n' − 1 − i), and fillers.</summary>
    private static Share Pack(Party party, Share x, TopKShape shape, long least)
    {
        var y = party.Rent(shape.Length);
        var scale = Math.ScaleB(1, shape.IndexBits);
        FieldVector.Scale(x.Value.Span, scale, y.Value.Span[..x.Length]);
        y.Value.Span[x.Length..].Clear();
        if (party.Active)
        {
            FieldVector.Scale(x.Mac.Span, scale, y.Mac.Span[..x.Length]);
            y.Mac.Span[x.Length..].Clear();
        }
        var known = party.Workspace.Rent(shape.Length);
        for (var i = 0; i < known.Length; i++) known.Span[i] = Field.Reduce(shape.Length - 1 - i + (i < x.Length ? 0 : least));
        return y + new Opened(known);
    }
}
