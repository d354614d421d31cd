using Mimir.Models.Transformers;
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

    // Independent openings share a round; both bound the memory that burning takes: everything opened or claimed zero stays until it is checked.
    private const int OpenedTogether = 1 << 17;
    private const long CheckEvery = 1L << 20;
    private readonly List<Func<Prg, Burn>> _burns = [];
    private readonly List<Burn> _begun = [];
    private ulong _position;

    /// <summary>Where the spare copies go: it is taken back once they are burnt.</summary>
    public Workspace Workspace => spares;

    public void AddProducts(MatrixSlot slot, Share inputs, Memory<double> products) => _burns.Add(chi => BurnProducts(slot, inputs, products, chi));

    public void AddAttention(PartyCache cache, int layer, int first, int cached, AttentionMaterial kept, AttentionMaterial spare)
    {
        _burns.Add(chi => BurnAttention(cache, cache.Keys(layer), first, cached, false, kept.Query, kept.Scores, spare.Query, spare.Scores, chi));
        _burns.Add(chi => BurnAttention(cache, cache.Values(layer), first, cached, true, kept.Weights, kept.Mix, spare.Weights, spare.Mix, chi));
    }

    public void AddTriples(Share a, Share b, Share c, Share spareA, Share spareC)
    {
        if (a.Length > 0) _burns.Add(chi => BurnTriples(a, b, c, spareA, spareC, chi));
    }

    /// <summary>Burns everything added, under <paramref name="coin"/>, and checks it: at the end, and before, when much is unchecked.</summary>
    public async ValueTask BurnAsync(byte[] coin, CancellationToken cancellation)
    {
        using var chi = new Prg(coin, CoinStream);
        for (var next = 0; next < _burns.Count;)
        {
            next = Begin(next, chi);
            var opened = await opener.OpenAsync(party.Concat([.. _begun.Select(b => b.Masked)]), cancellation);
            var at = 0;
            foreach (var burn in _begun)
            {
                burn.Finish(opened.Slice(at, burn.Masked.Length));
                at += burn.Masked.Length;
            }
            if (next == _burns.Count || opener.UncheckedElements < CheckEvery) continue;
            await opener.CheckAsync(0, cancellation);
            party.Workspace.Reset();
        }
        _burns.Clear();
        await opener.CheckAsync(0, cancellation);
        party.Workspace.Reset();
        spares.Reset();
    }

    /// <summary>Rounds of <see cref="BurnAsync"/> on the algebra of <paramref name="block"/>.</summary>
    public static long Rounds(ModelLayout layout, BlockShape block)
    {
        const int Check = 3;
        long rounds = Check, open = 0, together = OpenedTogether;
        foreach (var (opened, claimed) in Relations(layout, block))
        {
            if (together >= OpenedTogether)
            {
                rounds++;
                together = 0;
                if (open >= CheckEvery) (rounds, open) = (rounds + Check, 0);
            }
            open += opened + claimed;
            together += opened;
        }
        return rounds;
    }

    /// <summary>Elements opened and claimed zero by each relation, in the order in which they are added (<see cref="PartyBlock.Read"/>).</summary>
    private static IEnumerable<(long Opened, long Claimed)> Relations(ModelLayout layout, BlockShape block)
    {
        foreach (var slot in MatrixSlot.All(layout))
            if (block.Users(layout, slot).Count > 0) yield return (slot.Inputs, slot.Outputs);
        foreach (var step in block.Steps)
        {
            for (var layer = 0; layer < layout.Layers; layer++)
            {
                if (!step.Attends(layer)) continue;
                long query = layout.Heads * layout.HeadSize, weights = (long)layout.Heads * step.Seen(layer);
                yield return (query, 2 * weights);
                yield return (weights, 2 * query);
            }
            if (step.Triples > 0) yield return (step.Triples, 2 * step.Triples);
        }
    }

    /// <summary>Begins relations from <paramref name="next"/> on until what they open is enough for a round; returns the first one left.</summary>
    private int Begin(int next, Prg chi)
    {
        _begun.Clear();
        for (var total = 0; next < _burns.Count && total < OpenedTogether; next++)
        {
            _begun.Add(_burns[next](chi));
            total += _begun[^1].Masked.Length;
        }
        return next;
    }

    private double Next(Prg chi)
    {
        Span<double> value = stackalloc double[1];
        chi.Fill(_position++, value);
        return value[0];
    }

    private Burn BurnProducts(MatrixSlot slot, Share inputs, Memory<double> products, Prg chi)
    {
        int k = slot.Inputs, m = slot.Outputs, used = inputs.Length / k - 1;
        var e = party.Concat(inputs.Slice(used * k, k));
        var zero = party.Workspace.Rent(m);
        products.Span.Slice(used * m, m).CopyTo(zero.Span);
        for (var i = 0; i < used; i++)
        {
            var x = Next(chi);
            var b = inputs.Slice(i * k, k);
            FieldVector.ScaleAdd(b.Value.Span, x, e.Value.Span);
            FieldVector.ScaleAdd(b.Mac.Span, x, e.Mac.Span);
            FieldVector.ScaleAdd(products.Span.Slice(i * m, m), x, zero.Span);
        }
        return new Burn(e, opened =>
        {
            var product = party.Workspace.Rent(m);
            model.Multiply(slot, opened.Values.Span, 1, product.Span);
            FieldVector.Subtract(product.Span, zero.Span, zero.Span);
            if (party.Index == 0)
            {
                // [A]_0 = [W]_0 − E.
                model.MultiplyMasked(slot, opened.Values.Span, 1, product.Span);
                FieldVector.Subtract(zero.Span, product.Span, zero.Span);
            }
            opener.RequireZero(zero);
        });
    }

    private Burn BurnAttention(
        PartyCache cache, PartyCache.Side side, int first, int cached, bool transposed, Share b, Share c, Share spareB, Share spareC, Prg chi)
    {
        var x = Next(chi);
        return new Burn(party.Scale(b, x) + spareB, e =>
        {
            var claimed = party.Scale(c, x) + spareC;
            var product = party.Rent(c.Length);
            CachedProduct.Heads(cache, side.Mask, first, cached, e.Values.Span, transposed, product.Value.Span);
            CachedProduct.Heads(cache, side.MaskMac, first, cached, e.Values.Span, transposed, product.Mac.Span);
            RequireZero(product - claimed);
        });
    }

    private Burn BurnTriples(Share a, Share b, Share c, Share spareA, Share spareC, Prg chi)
    {
        var x = Next(chi);
        return new Burn(party.Scale(a, x) - spareA, rho => RequireZero(party.Scale(c, x) - spareC - party.Combine(b, rho, FieldVector.Multiply)));
    }

    private void RequireZero(Share share)
    {
        opener.RequireZero(share.Value);
        opener.RequireZero(share.Mac);
    }

    /// <summary>One relation: what it opens, and what is then claimed to be zero.</summary>
    private readonly record struct Burn(Share Masked, Action<Opened> Finish);
}
