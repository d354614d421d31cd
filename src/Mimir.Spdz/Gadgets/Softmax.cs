using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// softmax of each row without a tournament and without a division: w_t = exp(s_t − m − ln Σ_t exp(s_t − m)). s is taken relative to its row's
/// first score, so its maximum is at least 0; m is the upper edge of the highest bin (of width w = 4, with three parties and more 2, from 0 up) that is not empty: of the histogram
/// of c = open(s + R) (<see cref="Bins"/>), each "from this bin up" is compared with zero (<see cref="IsZero"/>) and the answers are counted.
/// Since a bin may be one too high, max s − m lies in [−2w, 0), so the sum lies in [e^(−2w), width] and its logarithm is read from one spline.
/// Both exponentials are read at the same c: with a row's m + ρ opened, c − (m + ρ) is s − m under the mask R − ρ, which the dealer knows.
/// </summary>
/// <remarks>
/// s: rows × width at scale 2f, relative scores in [−128, 128 − w); outside, weights are wrong (and nothing is learned). Weights have
/// <see cref="Numbers.WeightBits"/> fraction bits. Opened per score: 1 element; per row 128/w − 1 and 3. Rounds: 1, those of <see cref="IsZero"/>,
/// and of three splines. Each party learns masked values, uniform. Columns that are publicly dropped weigh exactly nothing: their relative scores are replaced by 0,
/// the own one of the first score that is kept, to which all are relative, which moves no maximum, their terms of the sum and their weights by 0.
/// </remarks>
public static class Softmax
{
    /// <summary>The dealing half, for rows × width scores.</summary>
    public static void Deal(DealingTape tape, int rows, int width, Numbers numbers)
    {
        using var r = new Secret(rows * width);
        tape.Uniform(r.Span);
        Bins.DealTables(tape, r.Span, numbers.Bins);
        IsZero.Deal(tape, rows * Tests(numbers), IsZero.Bits(width));
        DealRelative(tape, r.Span, rows, numbers.ExponentialSum);
        Spline.Deal(tape, rows, numbers.Logarithm(width));
        DealRelative(tape, r.Span, rows, numbers.Exponential);
        if (numbers.WeightShift > 0) Truncate.Deal(tape, rows * width, numbers.WeightShift);
    }

    /// <summary>The running half; <paramref name="dropped"/> has one entry a column, not all true, or none.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share scores, int rows, Numbers numbers, ReadOnlyMemory<bool> dropped = default)
    {
        var party = step.Party;
        var width = scores.Length / rows;
        scores -= party.Repeat(Column(party, scores, rows, FirstKept(dropped.Span)), width);
        PublicMaps.Clear(scores, dropped.Span);

        var c = await step.Opener.OpenAsync(scores + step.Tape.Uniform(scores.Length), step.Cancellation);
        var counts = FromTop(party, Bins.Finish(step, c, rows, numbers.Bins, Tests(numbers)), rows);
        var empty = party.SumRows(await IsZero.RunAsync(step, counts, IsZero.Bits(width)), rows);
        var edge = Math.ScaleB(1, numbers.Bins.WidthBits);
        var upper = party.AddScalar(Field.Negate(edge) * empty, numbers.Bins.Segments / 2 * edge);

        var terms = await RelativeAsync(step, c, upper, numbers.ExponentialSum);
        PublicMaps.Clear(terms, dropped.Span);
        var logarithm = await Spline.RunAsync(step, party.SumRows(terms, rows), numbers.Logarithm(width));
        var weights = await RelativeAsync(step, c, upper + logarithm, numbers.Exponential);
        if (numbers.WeightShift > 0) weights = await Truncate.RunAsync(step, weights, numbers.WeightShift);
        PublicMaps.Clear(weights, dropped.Span);
        return weights;
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int rows, int width, Numbers numbers)
    {
        var scores = rows * width;
        var cost = new Cost(1, scores, Uniform: scores) + Bins.Cost(scores, numbers.Bins, numbers.Parties) + IsZero.Cost(rows * Tests(numbers), IsZero.Bits(width), numbers.Parties)
            + RelativeCost(numbers.ExponentialSum) + Spline.Cost(rows, numbers.Logarithm(width)) + RelativeCost(numbers.Exponential);
        return numbers.WeightShift > 0 ? cost + Truncate.Cost(scores) : cost;

        // The rows' opening and masks instead of the scores'.
        Cost RelativeCost(SplineFunction function) => Spline.Cost(scores, function) - new Cost(1, scores, Uniform: scores) + new Cost(1, rows, Uniform: rows);
    }

    /// <summary>The bins from 0 up but for the first.</summary>
    private static int Tests(Numbers numbers) => numbers.Bins.Segments / 2 - 1;

    /// <summary>ρ for every row, and <paramref name="function"/>'s tables for the masks R − ρ.</summary>
    private static void DealRelative(DealingTape tape, ReadOnlySpan<double> r, int rows, SplineFunction function)
    {
        using var rho = new Secret(rows);
        using var masks = new Secret(r.Length);
        tape.Uniform(rho.Span);
        var width = r.Length / rows;
        for (var row = 0; row < rows; row++)
            FieldVector.AddScalar(r.Slice(row * width, width), Field.Negate(rho.Span[row]), masks.Span.Slice(row * width, width));
        Spline.DealTables(tape, masks.Span, function);
    }

    /// <summary>f(s − x) for every score s of a row and the row's x, from c = s + R: x + ρ is opened.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Share> RelativeAsync(PartyStep step, Opened c, Share x, SplineFunction function)
    {
        var relative = step.Party.Workspace.Rent(c.Length);
        var opened = await step.Opener.OpenAsync(x + step.Tape.Uniform(x.Length), step.Cancellation);
        Subtract(c, opened, relative.Span);
        return await Spline.FinishAsync(step, new Opened(relative), function);
    }

    private static void Subtract(Opened c, Opened rows, Span<double> result)
    {
        var width = c.Length / rows.Length;
        for (var row = 0; row < rows.Length; row++)
            FieldVector.AddScalar(c.Values.Span.Slice(row * width, width), Field.Negate(rows.Values.Span[row]), result.Slice(row * width, width));
    }

    /// <summary>The first column that is not dropped; public.</summary>
    private static int FirstKept(ReadOnlySpan<bool> dropped) => dropped.IsEmpty ? 0 : Math.Max(0, dropped.IndexOf(false));

    /// <summary>Every row's score in <paramref name="column"/>.</summary>
    private static Share Column(Party party, Share scores, int rows, int column)
    {
        var first = party.Rent(rows);
        var width = scores.Length / rows;
        for (var row = 0; row < rows; row++)
        {
            first.Value.Span[row] = scores.Value.Span[row * width + column];
            if (party.Active) first.Mac.Span[row] = scores.Mac.Span[row * width + column];
        }
        return first;
    }

    /// <summary>How many scores of each row lie in the highest bin, in the two highest, …, in all above the first from 0 up.</summary>
    private static Share FromTop(Party party, Share histogram, int rows)
    {
        Sum(histogram.Value.Span);
        if (party.Active) Sum(histogram.Mac.Span);
        return histogram;

        void Sum(Span<double> bins)
        {
            var tests = bins.Length / rows;
            for (var row = 0; row < rows; row++)
                for (var j = row * tests + 1; j < (row + 1) * tests; j++) bins[j] = Field.Add(bins[j], bins[j - 1]);
        }
    }
}
