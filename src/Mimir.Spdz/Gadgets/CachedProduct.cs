using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
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

    /// <summary>q·Kᵀ for all heads from d = q − b_q: heads × headSize → heads × positions, scale 2f.</summary>
    internal static Share Scores(Party party, PartyCache cache, int layer, int positions, AttentionMaterial material, Opened d) =>
        Product(party, cache, cache.Keys(layer), positions, material.Query, material.Scores, d, transposed: false);

    /// <summary>Σ_t p_t·V_t for all heads from d = p − b_p: heads × positions → heads × headSize, at both scales' sum.</summary>
    internal static Share Mix(Party party, PartyCache cache, int layer, int positions, AttentionMaterial material, Opened d) =>
        Product(party, cache, cache.Values(layer), positions, material.Weights, material.Mix, d, transposed: true);

    /// <summary>⟦M·x⟧ per head, M = E + B: value E·(δ·d + [b]) + [B]·d + [Bb]; MAC E·(α_i·d + [αb]) + [αB]·d + [αBb].</summary>
    private static Share Product(
        Party party, PartyCache cache, PartyCache.Side side, int positions, Share b, Share dealt, Opened d, bool transposed)
    {
        var z = party.Rent(dealt.Length);
        Part(cache, side.Masked, side.Mask, positions, b.Value.Span, dealt.Value.Span, d, party.Index == 0 ? 1 : 0, transposed, party, z.Value.Span);
        if (party.Active)
            Part(cache, side.Masked, side.MaskMac, positions, b.Mac.Span, dealt.Mac.Span, d, party.Alpha, transposed, party, z.Mac.Span);
        return z;
    }

    private static void Part(
        PartyCache cache, double[] masked, double[] mask, int positions, ReadOnlySpan<double> b, ReadOnlySpan<double> dealt, Opened d,
        double weight, bool transposed, Party party, Span<double> z)
    {
        var known = party.Workspace.Rent(b.Length).Span;
        b.CopyTo(known);
        FieldVector.ScaleAdd(d.Values.Span, weight, known);
        var product = party.Workspace.Rent(z.Length).Span;
        Heads(cache, masked, positions, known, transposed, z);
        Heads(cache, mask, positions, d.Values.Span, transposed, product);
        FieldVector.Add(z, product, z);
        FieldVector.Add(z, dealt, z);
    }

    /// <summary>One matrix-vector product per query head against its key-value head.</summary>
    internal static void Heads(PartyCache cache, ReadOnlySpan<double> side, int positions, ReadOnlySpan<double> x, bool transposed, Span<double> z)
    {
        var size = cache.HeadSize;
        var (inputs, outputs) = transposed ? (positions, size) : (size, positions);
        var heads = x.Length / inputs;
        var group = heads / cache.KeyValueHeads;
        for (var h = 0; h < heads; h++)
        {
            var matrix = side.Slice(cache.Start(h / group), positions * size);
            var input = x.Slice(h * inputs, inputs);
            var output = z.Slice(h * outputs, outputs);
            if (transposed) FieldMatrix.MultiplyTransposedVector(matrix, positions, size, size, input, output);
            else FieldMatrix.MultiplyVector(matrix, positions, size, size, input, output);
        }
    }
}
