using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// x / sqrt(mean(x²) + ε), f → f fraction bits: x at <see cref="Numbers.SquareBits"/>, squared, summed; the inverse root by spline; scaled
/// back. Domain: mean(x²) &lt; 2^14. Relative error of the inverse root at degree 2: 6e-5 from mean(x²) = 0.0001 on;
/// far below that it grows, because few segments are left there. Rounds: at most 10.
/// </summary>
public static class Normalize
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, Numbers numbers)
    {
        if (numbers.SquareBits < numbers.FractionBits) Truncate.Deal(tape, length, numbers.FractionBits - numbers.SquareBits);
        Spline.Deal(tape, 1, numbers.InverseRoot);
        Truncate.Deal(tape, 1, SplineTables.InverseRootOutputBits - numbers.InverseRootBits);
        Truncate.Deal(tape, length, numbers.InverseRootBits);
    }

    /// <summary>The running half.</summary>
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, Numbers numbers)
    {
        var party = step.Party;
        var reduced = numbers.SquareBits < numbers.FractionBits
            ? await Truncate.RunAsync(step, x, numbers.FractionBits - numbers.SquareBits)
            : x;
        var squares = party.SumRows(await Multiply.RunAsync(step, reduced, reduced), 1);
        var root = await Spline.RunAsync(step, squares, numbers.InverseRoot);
        root = await Truncate.RunAsync(step, root, SplineTables.InverseRootOutputBits - numbers.InverseRootBits);
        var scaled = await Multiply.RunAsync(step, x, party.Repeat(root, x.Length));
        return await Truncate.RunAsync(step, scaled, numbers.InverseRootBits);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, Numbers numbers) =>
        (numbers.SquareBits < numbers.FractionBits ? Truncate.Cost(length) : default)
        + Multiply.Cost(length) + Spline.Cost(1, numbers.InverseRoot) + Truncate.Cost(1) + Multiply.Cost(length) + Truncate.Cost(length);
}
