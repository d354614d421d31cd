using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
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
    /// <summary>The dealing half after the product's own mask R.</summary>
    internal static void DealTables(DealingTape tape, ReadOnlySpan<double> r, bool gated, Numbers numbers)
    {
        var inner = Inner(r.Length, gated);
        Spline.DealTables(tape, r[..inner], numbers.Activation);
        if (numbers.ActivationShift > 0) Truncate.Deal(tape, inner, numbers.ActivationShift);
        if (!gated) return;
        TruncatedProduct.Deal(tape, r[inner..], numbers.FractionBits);
        Truncate.Deal(tape, inner, numbers.ActivationBits);
    }

    /// <summary>The running half, from the opened product c at scale 2f on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> RunAsync(PartyStep step, Opened c, bool gated, Numbers numbers)
    {
        var inner = Inner(c.Length, gated);
        var plain = step.Party.Workspace.Rent(inner);
        FieldVector.AddScalar(c.Values.Span[..inner], Field.Reduce(-Truncate.Offset), plain.Span);
        var activated = await Spline.FinishAsync(step, new Opened(plain), numbers.Activation);
        if (numbers.ActivationShift > 0) activated = await Truncate.RunAsync(step, activated, numbers.ActivationShift);
        if (!gated) return activated;
        var product = await TruncatedProduct.RunAsync(step, c.Slice(inner, inner), activated, numbers.FractionBits);
        return await Truncate.RunAsync(step, product, numbers.ActivationBits);
    }

    /// <summary>Without the product and its opening.</summary>
    public static Cost Cost(int outputs, bool gated, Numbers numbers)
    {
        var inner = Inner(outputs, gated);
        // The product's opening and mask are the spline's.
        var cost = Spline.Cost(inner, numbers.Activation) - new Cost(1, inner, Uniform: inner);
        if (numbers.ActivationShift > 0) cost += Truncate.Cost(inner);
        return gated ? cost + TruncatedProduct.Cost(inner) + Truncate.Cost(inner) : cost;
    }

    private static int Inner(int outputs, bool gated) => gated ? outputs / 2 : outputs;
}
