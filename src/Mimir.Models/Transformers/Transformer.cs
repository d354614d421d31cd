using System.Runtime.CompilerServices;

namespace Mimir.Models.Transformers;

/// <summary>
/// The one definition of the model, for all architectures, over any <see cref="IArithmetic{T}"/>; the layout says which of its parts a model has.
/// Norm gains before a matrix, biases and 1/sqrt(headSize) live in the folded weights (ModelFolding), so a LayerNorm model is, here, an RMSNorm model
/// whose residual stream has mean zero.
/// </summary>
public sealed class Transformer<T>(ModelLayout model, IArithmetic<T> a)
{
    /// <summary>
    /// One position: the residual stream after all blocks. <paramref name="token"/>: one secret integer. Writes the position's keys and
    /// values to the cache.
    /// </summary>
    public ValueTask<T> StepAsync(T token, int position) => BlocksAsync(token, position, model.Layers);

    /// <summary>One position whose logits nobody wants: its keys and values, and nothing of the last block behind them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask StoreAsync(T token, int position)
    {
        var last = model.Layers - 1;
        var x = await BlocksAsync(token, position, Math.Max(last, 0));
        if (last < 0) return;
        var (_, key, value) = await ProjectAsync(model.Blocks[last], await a.NormalizeAsync(x, model.NormEpsilon), position, query: false);
        await a.StoreAsync(last, key, value);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> BlocksAsync(T token, int position, int layers)
    {
        var x = await a.LookupAsync(model.Embedding, token);                       // hidden
        if (model.Positions is { } positions) x = a.Add(x, a.Row(positions, position));
        if (model.Centered) x = await a.CenterAsync(x);
        for (var layer = 0; layer < layers; layer++)
        {
            var block = model.Blocks[layer];
            var n = await a.NormalizeAsync(x, model.NormEpsilon);
            var attention = await BehindAsync(block, 0, await AttentionAsync(layer, n, position));
            // In parallel, both norms of the same x differ in what is folded only.
            if (!model.ParallelResidual) n = await a.NormalizeAsync(x = a.Add(x, attention), model.NormEpsilon);
            var forward = await BehindAsync(block, 1, await a.FeedForwardAsync(block, n));
            x = a.Add(model.ParallelResidual ? a.Add(x, attention) : x, forward);
        }
        return x;
    }

    /// <summary>Scores of every token of the vocabulary from the residual stream <paramref name="x"/>, before <see cref="ModelLayout.LogitsCap"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> LogitsAsync(T x)
    {
        x = await a.NormalizeAsync(x, model.NormEpsilon);
        if (model.FinalNorm is { } norm) x = a.Add(await a.MultiplyAsync(x, a.Row(norm, 0)), a.Row(norm, 1));
        return await a.LinearAsync(model.Head, x);                                 // vocabulary
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> AttentionAsync(int layer, T n, int position)
    {
        var block = model.Blocks[layer];
        var (query, key, value) = await ProjectAsync(block, n, position, query: true);
        return await a.LinearAsync(block.Output, await a.AttendAsync(layer, query, key, value));
    }

    /// <summary>heads × headSize and twice kvHeads × headSize; without a query that part is what it may be.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(T Query, T Key, T Value)> ProjectAsync(LayerLayout block, T n, int position, bool query)
    {
        int q = model.Heads * model.HeadSize, kv = model.KeyValueHeads * model.HeadSize;
        var all = await a.LinearAsync(block.QueryKeyValue, n);                     // q + 2·kv
        var (first, heads) = query ? (0, model.Heads + model.KeyValueHeads) : (q, model.KeyValueHeads);
        var turned = a.Slice(all, first, q + kv - first);                          // query and key, or the key
        if (block.HeadGains is { } gains)
            turned = await a.MultiplyAsync(await a.NormalizeAsync(turned, model.NormEpsilon, heads), a.Slice(a.Row(gains, 0), first, q + kv - first));
        if (block.Attention.Rotary >= 0) turned = await a.RotateAsync(turned, model.Rotaries[block.Attention.Rotary], position);
        return (a.Slice(turned, 0, q - first), a.Slice(turned, q - first, kv), a.Slice(all, q + kv, kv));
    }

    /// <summary>The norm behind attention (0) or MLP (1), where the model has one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> BehindAsync(LayerLayout block, int which, T y) =>
        block.PostGains is { } gains ? await a.MultiplyAsync(await a.NormalizeAsync(y, model.NormEpsilon), a.Row(gains, which)) : y;
}
