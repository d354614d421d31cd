using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The row of a secret table at a secret index: e = <see cref="OneHot"/>(id), z = Wᵀ·e as in <see cref="MatrixProduct"/>, then authenticated by
/// opening c = z + R: ⟦z⟧ = c − ⟦R⟧. No rescaling: e is an integer vector. Three rounds, 1 + rows + columns elements sent. Exact.
/// Each party learns id + R', d and c, uniform.
/// </summary>
public static class Lookup
{
    /// <summary>The step's part of the dealing half.</summary>
    internal static void Deal(DealingTape tape, MatrixSlot slot, DealerTag? tag, ReadOnlySpan<double> b)
    {
        OneHot.Deal(tape, slot.Inputs);
        using var r = new Secret(slot.Outputs);
        tape.Uniform(r.Span);
        if (tape.Active) tape.Unaudited([tag?.T(r.Span, b) ?? 0]);
    }

    /// <summary>The running half.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> RunAsync(PartyStep step, PartyModel model, MatrixSlot slot, ProductMaterial material, Share index)
    {
        var party = step.Party;
        var e = await OneHot.RunAsync(step, index, slot.Inputs);
        var r = step.Tape.Uniform(slot.Outputs);
        var t = party.Active ? step.Tape.Raw(1) : default;

        var d = await step.Opener.OpenAsync(e - material.Input, step.Cancellation);
        var z = party.Workspace.Rent(slot.Outputs);
        await step.Products.MultiplyAsync(slot, d.Values, z);
        FieldVector.Add(z.Span, material.Offset.Span, z.Span);
        FieldVector.Add(z.Span, r.Value.Span, z.Span);

        var c = await step.Opener.OpenUnauthenticatedAsync(z, step.Cancellation);
        if (party.Active) MatrixProduct.Claim(step, model.Tag(slot), c, d, material.Input, t, 0);
        return party.Scale(r, Field.Negate(1)) + c;
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int rows, int columns, bool active, int parties) =>
        OneHot.Cost(rows, parties) + new Cost(1, rows) + new Cost(1, columns, Uniform: columns, Raw: active ? 1 : 0);
}
