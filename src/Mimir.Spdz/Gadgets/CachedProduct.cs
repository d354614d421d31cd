using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// Attention against the secret cache. A key row is masked once, when it enters (E_K = open(K − B_K)); a step then opens only
/// d = q − b_q, headSize elements per head whatever the context, and scores are E_K·(q) = E_K·(d + b) + B_K·d + B_K·b with MACs throughout.
/// Values likewise with the weights p: heads × positions elements opened. Two rounds each (opening, rescaling); appending takes one.
/// Each party learns K − B_K, V − B_V, q − b_q, p − b_p and truncation masks, uniform. Source: protocol.md sections 4 and 5.4.
/// </summary>
public static class CachedProduct
{
    /// <summary>E_K = open(k − B_K), E_V = open(v − B_V): one round, 2·kvHeads·headSize elements.</summary>
    internal static async ValueTask AppendAsync(PartyStep step, PartyCache cache, int layer, int position, Share key, Share value)
    {
        var (keys, values) = (cache.Keys(layer), cache.Values(layer));
        var (k, v) = await step.Opener.OpenAsync(
            key - cache.Mask(step.Party, keys, position), value - cache.Mask(step.Party, values, position), step.Cancellation);
        cache.Store(k.Values.Span, position, keys.Masked);
        cache.Store(v.Values.Span, position, values.Masked);
    }

    /// <summary>q·Kᵀ for all heads: heads × headSize → heads × positions, rescaled by <paramref name="shift"/>.</summary>
    internal static async ValueTask<Share> ScoresAsync(
        PartyStep step, PartyCache cache, int layer, int positions, AttentionMaterial material, Share query, int shift)
    {
        var d = await step.Opener.OpenAsync(query - material.Query, step.Cancellation);
        var z = Product(step.Party, cache, cache.Keys(layer), positions, material.Query, material.Scores, d, transposed: false);
        return await Truncate.RunAsync(step, z, shift);
    }

    /// <summary>Σ_t p_t·V_t for all heads: heads × positions → heads × headSize, rescaled.</summary>
    internal static async ValueTask<Share> MixAsync(
        PartyStep step, PartyCache cache, int layer, int positions, AttentionMaterial material, Share weights, int shift)
    {
        var d = await step.Opener.OpenAsync(weights - material.Weights, step.Cancellation);
        var z = Product(step.Party, cache, cache.Values(layer), positions, material.Weights, material.Mix, d, transposed: true);
        return await Truncate.RunAsync(step, z, shift);
    }

    /// <summary>The step's part of the dealing half of both products: only their rescaling.</summary>
    public static void Deal(DealingTape tape, int outputs, int shift) => Truncate.Deal(tape, outputs, shift);

    /// <summary>Appending.</summary>
    public static Cost AppendCost(int keyValueElements) => new(1, 2L * keyValueElements);

    /// <summary>One of the two products.</summary>
    public static Cost Cost(int inputs, int outputs) => new Cost(1, inputs) + Truncate.Cost(outputs);

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
