using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Blocks;

/// <summary>
/// Checks the dealer's algebra by burning one spare copy of everything, after the coin χ, which is tossed only when all parties hold the
/// whole block. Soundness 1/p for each relation; what is opened is masked by the spare.
/// </summary>
/// <remarks>
/// Matrix products: e = open(b_0 + Σχ_τ·b_τ), [A]_i·e − [C_0]_i − Σχ_τ·[C_τ]_i must sum to 0 (one pass over [A]_i per block).
/// Attention: e = open(χ·b + b'), ⟦B⟧·e − χ·⟦C⟧ − ⟦C'⟧ = 0, value and MAC. Triples: ρ = open(χ·a − a'), χ·c − c' − ρ·b = 0.
/// Sources: SPDZ's triple sacrifice; protocol.md section 7. All zeros and openings enter <see cref="Opener.CheckAsync"/>.
/// </remarks>
internal sealed class Sacrifice(PartyModel model, Party party, Opener opener, Workspace spares)
{
    private const ulong CoinStream = 5;

    // Bounds the memory that burning takes: everything opened or claimed zero stays until it is checked.
    private const long CheckEvery = 1L << 20;
    private readonly List<Func<Prg, CancellationToken, ValueTask>> _burns = [];
    private ulong _position;

    /// <summary>Where the spare copies go: it is taken back once they are burnt.</summary>
    public Workspace Workspace => spares;

    public void AddProducts(MatrixSlot slot, Share inputs, Memory<double> products) =>
        _burns.Add((chi, cancellation) => BurnProductsAsync(slot, inputs, products, chi, cancellation));

    public void AddAttention(PartyCache cache, int layer, int first, int cached, AttentionMaterial kept, AttentionMaterial spare)
    {
        _burns.Add((chi, c) => BurnAttentionAsync(cache, cache.Keys(layer), first, cached, false, kept.Query, kept.Scores, spare.Query, spare.Scores, chi, c));
        _burns.Add((chi, c) => BurnAttentionAsync(cache, cache.Values(layer), first, cached, true, kept.Weights, kept.Mix, spare.Weights, spare.Mix, chi, c));
    }

    public void AddTriples(Share a, Share b, Share c, Share spareA, Share spareC) =>
        _burns.Add((chi, cancellation) => BurnTriplesAsync(a, b, c, spareA, spareC, chi, cancellation));

    /// <summary>Burns everything added, under <paramref name="coin"/>, and checks it: at the end, and before, when much is unchecked.</summary>
    public async ValueTask BurnAsync(byte[] coin, CancellationToken cancellation)
    {
        using var chi = new Prg(coin, CoinStream);
        foreach (var burn in _burns)
        {
            await burn(chi, cancellation);
            if (opener.UncheckedElements < CheckEvery) continue;
            await opener.CheckAsync(0, cancellation);
            party.Workspace.Reset();
        }
        _burns.Clear();
        await opener.CheckAsync(0, cancellation);
        party.Workspace.Reset();
        spares.Reset();
    }

    private double Next(Prg chi)
    {
        Span<double> value = stackalloc double[1];
        chi.Fill(_position++, value);
        return value[0];
    }

    private async ValueTask BurnProductsAsync(MatrixSlot slot, Share inputs, Memory<double> products, Prg chi, CancellationToken cancellation)
    {
        int k = slot.Inputs, m = slot.Outputs, used = inputs.Length / k - 1;
        var e = inputs.Slice(used * k, k);
        var zero = party.Workspace.Rent(m);
        products.Span.Slice(used * m, m).CopyTo(zero.Span);
        for (var i = 0; i < used; i++)
        {
            var x = Next(chi);
            e = party.Combine(e, party.Scale(inputs.Slice(i * k, k), x), FieldVector.Add);
            FieldVector.ScaleAdd(products.Span.Slice(i * m, m), x, zero.Span);
        }
        var opened = await opener.OpenAsync(e, cancellation);
        var product = party.Workspace.Rent(m);
        Multiply(slot, model.ShareOf(slot.Matrix), opened, product.Span);
        FieldVector.Subtract(product.Span, zero.Span, zero.Span);
        if (party.Index == 0)
        {
            // [A]_0 = [W]_0 − E.
            Multiply(slot, model.Masked(slot.Matrix), opened, product.Span);
            FieldVector.Subtract(zero.Span, product.Span, zero.Span);
        }
        opener.RequireZero(zero);
    }

    private static void Multiply(MatrixSlot slot, ReadOnlySpan<double> matrix, Opened x, Span<double> product)
    {
        var m = slot.Matrix;
        if (slot.Transposed) FieldMatrix.MultiplyTransposedVector(matrix, m.Rows, m.Width, m.Stride, x.Values.Span, product);
        else FieldMatrix.MultiplyVector(matrix, m.Rows, m.Width, m.Stride, x.Values.Span, product);
    }

    private async ValueTask BurnAttentionAsync(
        PartyCache cache, PartyCache.Side side, int first, int cached, bool transposed, Share b, Share c, Share spareB, Share spareC, Prg chi,
        CancellationToken cancellation)
    {
        var x = Next(chi);
        var e = await opener.OpenAsync(party.Scale(b, x) + spareB, cancellation);
        var claimed = party.Scale(c, x) + spareC;
        var product = party.Rent(c.Length);
        CachedProduct.Heads(cache, side.Mask, first, cached, e.Values.Span, transposed, product.Value.Span);
        CachedProduct.Heads(cache, side.MaskMac, first, cached, e.Values.Span, transposed, product.Mac.Span);
        RequireZero(product - claimed);
    }

    private async ValueTask BurnTriplesAsync(Share a, Share b, Share c, Share spareA, Share spareC, Prg chi, CancellationToken cancellation)
    {
        if (a.Length == 0) return;
        var x = Next(chi);
        var rho = await opener.OpenAsync(party.Scale(a, x) - spareA, cancellation);
        RequireZero(party.Scale(c, x) - spareC - party.Combine(b, rho, FieldVector.Multiply));
    }

    private void RequireZero(Share share)
    {
        opener.RequireZero(share.Value);
        opener.RequireZero(share.Mac);
    }
}
