using System.Runtime.CompilerServices;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// z = W·x (+ bias), opened under a mask, for a secret matrix W = E + A of which the parties know E and the dealer knows A.
/// Two rounds: d = open(x − b); c = open(z + 2^48 + R), from which <see cref="Truncate"/> or <see cref="ActivatedProduct"/> finishes. k + m elements sent.
/// [z]_i = [W]_i·d + (E·[b]_i + [A·b]_i); the bracket is computed ahead. Error: below one unit in the last place, unbiased; |z| &lt; 2^48 at
/// scale f + bits for x with that many bits. c carries no MAC: the Freivalds tag κ_i (<see cref="CheckTag"/>) joins the next check. Each party
/// learns d and c, uniform. Source: protocol.md section 4.
/// </summary>
public static class MatrixProduct
{
    /// <summary>The step's part of the dealing half: R and t. (b and A·b are in the block's algebraic section; whoever finishes deals the rest.)</summary>
    internal static void DealMask(DealingTape tape, Span<double> r, DealerTag? tag, ReadOnlySpan<double> b)
    {
        tape.UniformRaw(r);
        if (tape.Active) tape.Unaudited([tag?.T(r, b) ?? 0]);
    }

    /// <summary>The dealing half of <see cref="ExactAsync"/>.</summary>
    internal static void DealExact(DealingTape tape, MatrixSlot slot, DealerTag? tag, ReadOnlySpan<double> b)
    {
        using var r = new Secret(slot.Outputs);
        tape.Uniform(r.Span);
        if (tape.Active) tape.Unaudited([tag?.T(r.Span, b) ?? 0]);
    }

    /// <summary>The running half: c = open(z + 2^48 + R), z at scale f + bits. x: columns (without the constant one of a bias).</summary>
    internal static ValueTask<Opened> OpenAsync(PartyStep step, PartyModel model, SecretMatrix w, ProductMaterial material, Share x, int bits) =>
        OpenAsync(step, model, w, material, x, bits, step.Tape.UniformRaw(w.Rows));

    /// <summary>⟦z⟧ with MACs and without rescaling, at scale f + bits: c − 2^48 − ⟦R⟧.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> ExactAsync(PartyStep step, PartyModel model, SecretMatrix w, ProductMaterial material, Share x, int bits)
    {
        var r = step.Tape.Uniform(w.Rows);
        var c = await OpenAsync(step, model, w, material, x, bits, r.Value);
        return step.Party.AddScalar(step.Party.Scale(r, Field.Negate(1)) + c, Field.Reduce(-Truncate.Offset));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Opened> OpenAsync(
        PartyStep step, PartyModel model, SecretMatrix w, ProductMaterial material, Share x, int bits, Memory<double> r)
    {
        var party = step.Party;
        var slot = new MatrixSlot(w, false);
        if (w.HasBias) x = party.Concat(x, One(party, bits));
        var t = party.Active ? step.Tape.Raw(1) : default;

        var d = await step.Opener.OpenAsync(x - material.Input, step.Cancellation);
        var z = party.Workspace.Rent(slot.Outputs);
        await step.Products.MultiplyAsync(slot, d.Values, z);
        FieldVector.Add(z.Span, material.Offset.Span, z.Span);
        FieldVector.Add(z.Span, r.Span, z.Span);
        if (party.Index == 0) FieldVector.AddScalar(z.Span, Truncate.Offset, z.Span);

        var c = await step.Opener.OpenUnauthenticatedAsync(z, step.Cancellation);
        if (party.Active) Claim(step, model.Tag(slot), c, d, material.Input, t, Truncate.Offset);
        return c;
    }

    /// <summary>See the class; inputs with the constant one of a bias, the truncation tuple not counted.</summary>
    public static Cost Cost(int inputs, int outputs, bool active) => new Cost(1, inputs) + new Cost(1, outputs, Raw: active ? 1 : 0);

    /// <summary>The constant one that meets a bias.</summary>
    private static Share One(Party party, int bits)
    {
        var one = party.Workspace.Rent(1);
        one.Span[0] = Math.ScaleB(1, bits);
        return party.Constant(new Opened(one));
    }

    /// <summary>Puts κ among the zeros of the next check.</summary>
    internal static void Claim(PartyStep step, CheckTag tag, Opened c, Opened d, Share b, Memory<double> t, long offset)
    {
        var kappa = step.Party.Workspace.Rent(1);
        var plain = step.Party.Workspace.Rent(c.Length);
        FieldVector.AddScalar(c.Values.Span, Field.Reduce(-offset), plain.Span);
        kappa.Span[0] = tag.Kappa(plain.Span, d.Values.Span, b.Value.Span, t.Span[0]);
        step.Opener.RequireZero(kappa);
    }
}
