using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// softmax of each row without a tournament and without a division: w_t = exp(s_t − m − ln Σ_t exp(s_t − m)). s is taken relative to its row's
/// first score, so its maximum is at least 0; m is the upper edge of the highest bin (of width 2, from 0 up) that is not empty: of the histogram
/// of c = open(s + R) (<see cref="Bins"/>), each "from this bin up" is compared with zero (<see cref="IsZero"/>) and the answers are counted.
/// Since a bin may be one too high, max s − m lies in [−4, 0), so the sum lies in [e^−4, width] and its logarithm is read from one spline.
/// </summary>
/// <remarks>
/// s: rows × width at scale 2f, relative scores in [−128, 126); outside, weights are wrong (and nothing is learned). Weights have
/// <see cref="Numbers.WeightBits"/> fraction bits. Opened per score: 3 elements; per row 63 and 1. Rounds: 1, those of <see cref="IsZero"/>,
/// and of three splines. Each party learns masked values, uniform. Columns that are publicly dropped weigh exactly nothing: their relative scores are replaced by 0,
/// the first score's own, which moves no maximum, their terms of the sum and their weights by 0.
/// </remarks>
public static class Softmax
{
    private const int Tests = SoftmaxTables.UpperBins - 1;

    /// <summary>The dealing half, for rows × width scores.</summary>
    public static void Deal(DealingTape tape, int rows, int width, Numbers numbers)
    {
        using (var r = new Secret(rows * width))
        {
            tape.Uniform(r.Span);
            Bins.DealTables(tape, r.Span, numbers.Bins);
        }
        IsZero.Deal(tape, rows * Tests, IsZero.Bits(width));
        Spline.Deal(tape, rows * width, numbers.ExponentialSum);
        Spline.Deal(tape, rows, numbers.Logarithm(width));
        Spline.Deal(tape, rows * width, numbers.Exponential);
        if (numbers.WeightShift > 0) Truncate.Deal(tape, rows * width, numbers.WeightShift);
    }

    /// <summary>The running half; <paramref name="dropped"/> has one entry a column, never the first one's, or none.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share scores, int rows, Numbers numbers, ReadOnlyMemory<bool> dropped = default)
    {
        var party = step.Party;
        var width = scores.Length / rows;
        scores -= party.Repeat(First(party, scores, rows), width);
        PublicMaps.Clear(scores, dropped.Span);

        var c = await step.Opener.OpenAsync(scores + step.Tape.Uniform(scores.Length), step.Cancellation);
        var counts = FromBinUp(party, Bins.Finish(step, c, rows, numbers.Bins), rows);
        var empty = party.SumRows(await IsZero.RunAsync(step, counts, IsZero.Bits(width)), rows);
        var edge = Math.ScaleB(1, 2 * numbers.FractionBits + SoftmaxTables.BinBits);
        scores = party.AddScalar(scores + edge * party.Repeat(empty, width), Field.Negate(SoftmaxTables.UpperBins * edge));

        var terms = await Spline.RunAsync(step, scores, numbers.ExponentialSum);
        PublicMaps.Clear(terms, dropped.Span);
        var logarithm = await Spline.RunAsync(step, party.SumRows(terms, rows), numbers.Logarithm(width));
        var weights = await Spline.RunAsync(step, scores - party.Repeat(logarithm, width), numbers.Exponential);
        if (numbers.WeightShift > 0) weights = await Truncate.RunAsync(step, weights, numbers.WeightShift);
        PublicMaps.Clear(weights, dropped.Span);
        return weights;
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int rows, int width, Numbers numbers)
    {
        var scores = rows * width;
        var cost = new Cost(1, scores, Uniform: scores) + Bins.Cost(scores, numbers.Bins, numbers.Parties) + IsZero.Cost(rows * Tests, IsZero.Bits(width), numbers.Parties)
            + Spline.Cost(scores, numbers.ExponentialSum) + Spline.Cost(rows, numbers.Logarithm(width)) + Spline.Cost(scores, numbers.Exponential);
        return numbers.WeightShift > 0 ? cost + Truncate.Cost(scores) : cost;
    }

    /// <summary>Every row's first score.</summary>
    private static Share First(Party party, Share scores, int rows)
    {
        var first = party.Rent(rows);
        var width = scores.Length / rows;
        for (var row = 0; row < rows; row++)
        {
            first.Value.Span[row] = scores.Value.Span[row * width];
            if (party.Active) first.Mac.Span[row] = scores.Mac.Span[row * width];
        }
        return first;
    }

    /// <summary>How many scores of each row lie in the second bin above 0 or higher, in the third or higher, …: rows × 63. The first has one always.</summary>
    private static Share FromBinUp(Party party, Share histogram, int rows)
    {
        var counts = party.Rent(rows * Tests);
        Sum(histogram.Value.Span, counts.Value.Span);
        if (party.Active) Sum(histogram.Mac.Span, counts.Mac.Span);
        return counts;

        void Sum(ReadOnlySpan<double> bins, Span<double> sums)
        {
            var all = bins.Length / rows;
            for (var row = 0; row < rows; row++)
            {
                var total = 0.0;
                for (var j = 1; j <= Tests; j++) sums[(row + 1) * Tests - j] = total = Field.Add(total, bins[(row + 1) * all - j]);
            }
        }
    }
}
