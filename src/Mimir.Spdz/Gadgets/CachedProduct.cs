using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// Products with the secret cache. A key row is masked once, when it enters (E_K = K − B_K); a step then opens only d = q − b_q, headSize
/// elements per head whatever the context, in the same round, and scores are E_K·(d + b) + B_K·d + B_K·b with MACs throughout: local.
/// Values likewise with the weights p: heads × positions elements opened. Neither product is rescaled here.
/// Each party learns K − B_K, V − B_V, q − b_q and p − b_p, uniform. Source: protocol.md sections 4 and 5.4.
/// </summary>
public static class CachedProduct
{
    /// <summary>
    /// E_K = open(k − B_K), E_V = open(v − B_V), and d = open(q − b_q): one round, (2·kvHeads + heads)·headSize elements. Both rows are
    /// in the cache before this returns d.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Opened> AppendAsync(
        PartyStep step, PartyCache cache, int layer, int position, Share key, Share value, Share maskedQuery)
    {
        var (keys, values) = (cache.Keys(layer), cache.Values(layer));
        var (k, v, d) = await step.Opener.OpenAsync(
            key - cache.Mask(step.Party, keys, position), value - cache.Mask(step.Party, values, position), maskedQuery, step.Cancellation);
        cache.Store(k.Values.Span, position, keys.Masked);
        cache.Store(v.Values.Span, position, values.Masked);
        return d;
    }

    /// <summary>The same without a query: one round, 2·kvHeads·headSize elements.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal static async ValueTask StoreAsync(PartyStep step, PartyCache cache, int layer, int position, Share key, Share value)
    {
        var (keys, values) = (cache.Keys(layer), cache.Values(layer));
        var (k, v) = await step.Opener.OpenAsync(
            key - cache.Mask(step.Party, keys, position), value - cache.Mask(step.Party, values, position), step.Cancellation);
        cache.Store(k.Values.Span, position, keys.Masked);
        cache.Store(v.Values.Span, position, values.Masked);
    }

    /// <summary>The cost of <see cref="StoreAsync"/> for a key and a value of <paramref name="length"/> elements each.</summary>
    internal static Cost StoreCost(int length) => new(1, 2L * length);

    /// <summary>q·Kᵀ for all heads and the cached rows from <paramref name="first"/> on, from d = q − b_q: heads × headSize → heads × rows, scale 2f.</summary>
    internal static Share Scores(Party party, PartyCache cache, int layer, int first, int cached, AttentionMaterial material, Opened d) =>
        Product(party, cache, cache.Keys(layer), first, cached, material.Query, material.Scores, d, transposed: false);

    /// <summary>Σ_t p_t·V_t over the same rows for all heads from d = p − b_p: heads × rows → heads × headSize, at both scales' sum.</summary>
    internal static Share Mix(Party party, PartyCache cache, int layer, int first, int cached, AttentionMaterial material, Opened d) =>
        Product(party, cache, cache.Values(layer), first, cached, material.Weights, material.Mix, d, transposed: true);

    /// <summary>⟦M·x⟧ per head, M = E + B: value E·(δ·d + [b]) + [B]·d + [Bb]; MAC E·(α_i·d + [αb]) + [αB]·d + [αBb].</summary>
    private static Share Product(
        Party party, PartyCache cache, PartyCache.Side side, int first, int cached, Share b, Share dealt, Opened d, bool transposed)
    {
        var z = party.Rent(dealt.Length);
        Part(cache, side.Masked, side.Mask, first, cached, b.Value.Span, dealt.Value.Span, d, party.Index == 0 ? 1 : 0, transposed, party, z.Value.Span);
        if (party.Active)
            Part(cache, side.Masked, side.MaskMac, first, cached, b.Mac.Span, dealt.Mac.Span, d, party.Alpha, transposed, party, z.Mac.Span);
        return z;
    }

    private static void Part(
        PartyCache cache, double[] masked, double[] mask, int first, int cached, ReadOnlySpan<double> b, ReadOnlySpan<double> dealt, Opened d,
        double weight, bool transposed, Party party, Span<double> z)
    {
        var known = party.Workspace.Rent(b.Length).Span;
        b.CopyTo(known);
        FieldVector.ScaleAdd(d.Values.Span, weight, known);
        var product = party.Workspace.Rent(z.Length).Span;
        Heads(cache, masked, first, cached, known, transposed, z);
        Heads(cache, mask, first, cached, d.Values.Span, transposed, product);
        FieldVector.Add(z, product, z);
        FieldVector.Add(z, dealt, z);
    }

    /// <summary>One matrix-vector product per query head against rows <paramref name="first"/> to <paramref name="cached"/> − 1 of its key-value head.</summary>
    internal static void Heads(PartyCache cache, ReadOnlySpan<double> side, int first, int cached, ReadOnlySpan<double> x, bool transposed, Span<double> z)
    {
        var (size, positions) = (cache.HeadSize, cached - first);
        var (inputs, outputs) = transposed ? (positions, size) : (size, positions);
        var heads = x.Length / inputs;
        var group = heads / cache.KeyValueHeads;
        for (var h = 0; h < heads; h++)
        {
            var matrix = side.Slice(cache.Start(h / group) + first * size, positions * size);
            var input = x.Slice(h * inputs, inputs);
            var output = z.Slice(h * outputs, outputs);
            if (transposed) FieldMatrix.MultiplyTransposedVector(matrix, positions, size, size, input, output);
            else FieldMatrix.MultiplyVector(matrix, positions, size, size, input, output);
        }
    }
}
