using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// h = σ(W·x), or, gated, σ(W_gate·x) ∘ (W_up·x) with both matrices stacked. The opening of the product (<see cref="MatrixProduct"/>: c = z + 2^48 + R)
/// is the activation's own: <see cref="Spline"/> tables are dealt for the same R and read at c − 2^48, so between product and activation
/// nothing is truncated and nothing opened. The gate's partner is truncated from the same opening while it is multiplied (<see cref="TruncatedProduct"/>).
/// </summary>
/// <remarks>
/// Rounds: 2 and the spline's after its first; one more when its result has to be rescaled; gated two more. The result has
/// <see cref="Numbers.HiddenBits"/> fraction bits. A wrong c fails the product's tag. Each party learns what the parts open, all uniform.
/// </remarks>
public static class ActivatedProduct
{
    /// <summary>The step's part of the dealing half.</summary>
    internal static void Deal(DealingTape tape, MatrixSlot slot, bool gated, Numbers numbers, DealerTag? tag, ReadOnlySpan<double> b)
    {
        var inner = Inner(slot.Outputs, gated);
        using var r = new Secret(slot.Outputs);
        MatrixProduct.DealMask(tape, r.Span, tag, b);
        Spline.DealTables(tape, r.Span[..inner], numbers.Activation);
        if (numbers.ActivationShift > 0) Truncate.Deal(tape, inner, numbers.ActivationShift);
        if (!gated) return;
        TruncatedProduct.Deal(tape, r.Span[inner..], numbers.FractionBits);
        Truncate.Deal(tape, inner, numbers.ActivationBits);
    }

    /// <summary>The running half. x: columns (without the constant one of a bias), f fraction bits.</summary>
    internal static async ValueTask<Share> RunAsync(
        PartyStep step, PartyModel model, MatrixSlot slot, ProductMaterial material, Share x, bool gated, Numbers numbers)
    {
        var c = await MatrixProduct.OpenAsync(step, model, slot, material, x, numbers.FractionBits);
        var inner = Inner(slot.Outputs, gated);
        var plain = step.Party.Workspace.Rent(inner);
        FieldVector.AddScalar(c.Values.Span[..inner], Field.Reduce(-Truncate.Offset), plain.Span);
        var activated = await Spline.FinishAsync(step, new Opened(plain), numbers.Activation);
        if (numbers.ActivationShift > 0) activated = await Truncate.RunAsync(step, activated, numbers.ActivationShift);
        if (!gated) return activated;
        var product = await TruncatedProduct.RunAsync(step, c.Slice(inner, inner), activated, numbers.FractionBits);
        return await Truncate.RunAsync(step, product, numbers.ActivationBits);
    }

    /// <summary>See the class; inputs with the constant one of a bias.</summary>
    public static Cost Cost(int inputs, int outputs, bool gated, Numbers numbers, bool active)
    {
        var inner = Inner(outputs, gated);
        // The product's opening and mask are the spline's.
        var cost = MatrixProduct.OpenCost(inputs, outputs, active) + Spline.Cost(inner, numbers.Activation) - new Cost(1, inner, Uniform: inner);
        if (numbers.ActivationShift > 0) cost += Truncate.Cost(inner);
        return gated ? cost + TruncatedProduct.Cost(inner) + Truncate.Cost(inner) : cost;
    }

    private static int Inner(int outputs, bool gated) => gated ? outputs / 2 : outputs;
}
