using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// softmax of each row: the row's maximum to 1/16 per tournament round, exp of the differences by spline, their sum's reciprocal by
/// spline, one product. Weights have f fraction bits.
/// </summary>
public static class Softmax
{
    /// <summary>The dealing half, for rows × width scores.</summary>
    public static void Deal(DealingTape tape, int rows, int width, Numbers numbers)
    {
        Truncate.Deal(tape, rows * width, numbers.FractionBits);
        Maximum.Deal(tape, rows, width, numbers.RowMaximum);
        Spline.Deal(tape, rows * width, numbers.Exponential);
        Truncate.Deal(tape, rows * width, numbers.Exponential.OutputBits - numbers.FractionBits);
        var reciprocal = numbers.Reciprocal(width);
        Spline.Deal(tape, rows, reciprocal);
        Truncate.Deal(tape, rows, reciprocal.OutputBits - Numbers.ReciprocalBits);
        Truncate.Deal(tape, rows * width, Numbers.ReciprocalBits);
    }

    /// <summary>The running half.</summary>
    public static async ValueTask<Share> RunAsync(PartyStep step, Share scores, int rows, Numbers numbers)
    {
        var party = step.Party;
        var width = scores.Length / rows;
        scores = await Truncate.RunAsync(step, scores, numbers.FractionBits);
        var maximum = await Maximum.RunAsync(step, scores, rows, numbers.RowMaximum);
        var exponentials = await Spline.RunAsync(step, scores - party.Repeat(maximum, width), numbers.Exponential);
        exponentials = await Truncate.RunAsync(step, exponentials, numbers.Exponential.OutputBits - numbers.FractionBits);
        var reciprocal = numbers.Reciprocal(width);
        var inverse = await Spline.RunAsync(step, party.SumRows(exponentials, rows), reciprocal);
        inverse = await Truncate.RunAsync(step, inverse, reciprocal.OutputBits - Numbers.ReciprocalBits);
        var weights = await Multiply.RunAsync(step, exponentials, party.Repeat(inverse, width));
        return await Truncate.RunAsync(step, weights, Numbers.ReciprocalBits);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int rows, int width, Numbers numbers) =>
        Truncate.Cost(rows * width) + Maximum.Cost(rows, width, numbers.RowMaximum)
        + Spline.Cost(rows * width, numbers.Exponential) + Truncate.Cost(rows * width)
        + Spline.Cost(rows, numbers.Reciprocal(width)) + Truncate.Cost(rows)
        + Multiply.Cost(rows * width) + Truncate.Cost(rows * width);
}
