using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// z = W·x (+ bias) for a public matrix: ⟦z⟧_i = W·⟦x⟧_i locally, value and MAC in one pass over W, then rescaled by <see cref="Truncate"/>.
/// One round, m elements sent, nothing dealt but the truncation tuples; no mask of W, no product with it, no tag: every opening carries a
/// MAC. W is rounded to 16 bits (<see cref="RoundedMatrix"/>); beyond that the product is exact, and |z| &lt; 2^48 at double scale.
/// Each party learns z + 2^48 + R, uniform. Source: protocol.md section 4.
/// </summary>
public static class PublicProduct
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, SecretMatrix w, int shift) => Truncate.Deal(tape, w.Rows, shift);

    /// <summary>The running half. x: columns; the result is rescaled by <paramref name="shift"/>, the fraction bits of x.</summary>
    internal static async ValueTask<Share> RunAsync(PartyStep step, PartyModel model, SecretMatrix w, Share x, int shift) =>
        await Truncate.RunAsync(step, await MultiplyAsync(step, model, w, x, shift), shift);

    /// <summary>⟦2^f·(W·x + bias)⟧ before any opening: f + <paramref name="fractionBits"/> fraction bits. Local.</summary>
    internal static async ValueTask<Share> MultiplyAsync(PartyStep step, PartyModel model, SecretMatrix w, Share x, int fractionBits)
    {
        var z = await MultiplyAsync(step, new MatrixSlot(w, false), x);
        if (!w.HasBias) return z;
        var bias = step.Party.Workspace.Rent(w.Rows);
        FieldVector.Scale(model.Public(w).Bias.Values.Span, Math.ScaleB(1, fractionBits), bias.Span);
        return z + new Opened(bias);
    }

    /// <summary>⟦2^f·W·x⟧, or with a transposed slot ⟦2^f·Wᵀ·x⟧. Local.</summary>
    internal static async ValueTask<Share> MultiplyAsync(PartyStep step, MatrixSlot slot, Share x)
    {
        var party = step.Party;
        var columns = party.Active ? 2 : 1;
        var inputs = party.Workspace.Rent(columns * slot.Inputs);
        x.Value.Span.CopyTo(inputs.Span);
        if (party.Active) x.Mac.Span.CopyTo(inputs.Span[slot.Inputs..]);
        var z = party.Workspace.Rent(columns * slot.Outputs);
        await step.Products.MultiplyAsync(slot, inputs, z);
        return new Share(party, z[..slot.Outputs], party.Active ? z[slot.Outputs..] : default);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(SecretMatrix w) => Truncate.Cost(w.Rows);
}
