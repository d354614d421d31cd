using System.Runtime.CompilerServices;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// z = W·x (+ bias) for a public matrix: ⟦z⟧_i = W·⟦x⟧_i locally, value and MAC in one pass over W, then opened under a mask, from which <see cref="Truncate"/> or <see cref="ActivatedProduct"/> finishes.
/// One round, m elements sent, nothing dealt but the mask; no mask of W, no product with it, no tag: every opening carries a
/// MAC. W is rounded to 16 bits (<see cref="RoundedMatrix"/>); beyond that the product is exact, and |z| &lt; 2^48 at double scale.
/// Each party learns z + 2^48 + R, uniform. Source: protocol.md section 4.
/// </summary>
public static class PublicProduct
{
    /// <summary>c = open(z + 2^48 + R): one round, m elements. The mask R is dealt with MACs.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Opened> OpenAsync(PartyStep step, Share z) =>
        await step.Opener.OpenAsync(step.Party.AddScalar(z + step.Tape.Uniform(z.Length), Truncate.Offset), step.Cancellation);

    /// <summary>⟦2^f·(W·x + bias)⟧ before any opening: f + <paramref name="fractionBits"/> fraction bits. Local.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> MultiplyAsync(PartyStep step, PartyModel model, SecretMatrix w, Share x, int fractionBits)
    {
        var z = await MultiplyAsync(step, new MatrixSlot(w, false), x);
        if (!w.HasBias) return z;
        var bias = step.Party.Workspace.Rent(w.Rows);
        FieldVector.Scale(model.Public(w).Bias.Values.Span, Math.ScaleB(1, fractionBits), bias.Span);
        return z + new Opened(bias);
    }

    /// <summary>⟦2^f·W·x⟧, or with a transposed slot ⟦2^f·Wᵀ·x⟧. Local.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
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

    /// <summary>See the class; the truncation tuple not counted.</summary>
    public static Cost Cost(SecretMatrix w) => new(1, w.Rows, Uniform: w.Rows);
}
