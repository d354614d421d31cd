using System.Runtime.CompilerServices;

namespace Mimir.Models.Transformers;

/// <summary>
/// The one definition of the model, for the Llama and GPT-2 families, over any <see cref="IArithmetic{T}"/>.
/// Norm gains, biases and 1/sqrt(headSize) live in the folded weights (ModelFolding), so a LayerNorm model is, here, an RMSNorm model
/// whose residual stream has mean zero.
/// </summary>
public sealed class Transformer<T>(ModelLayout model, IArithmetic<T> a)
{
    private readonly RotaryTable? _rotary = model.RotaryBase is { } b ? new RotaryTable(model.HeadSize, b) : null;

    /// <summary>
    /// One position: the residual stream after all blocks. <paramref name="token"/>: one secret integer. Writes the position's keys and
    /// values to the cache.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> StepAsync(T token, int position)
    {
        var x = await a.LookupAsync(model.Embedding, token);                       // hidden
        if (model.Positions is { } positions) x = a.Add(x, a.Row(positions, position));
        if (model.Centered) x = await a.CenterAsync(x);
        for (var layer = 0; layer < model.Layers; layer++)
        {
            x = a.Add(x, await AttentionAsync(layer, x, position));
            x = a.Add(x, await a.FeedForwardAsync(model.Blocks[layer], await a.NormalizeAsync(x, model.NormEpsilon)));
        }
        return x;
    }

    /// <summary>Scores of every token of the vocabulary from the residual stream <paramref name="x"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> LogitsAsync(T x)
    {
        x = await a.NormalizeAsync(x, model.NormEpsilon);
        if (model.FinalNorm is { } norm) x = a.Add(await a.MultiplyAsync(x, a.Row(norm, 0)), a.Row(norm, 1));
        return await a.LinearAsync(model.Head, x);                                 // vocabulary
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> AttentionAsync(int layer, T x, int position)
    {
        int q = model.Heads * model.HeadSize, kv = model.KeyValueHeads * model.HeadSize;
        var n = await a.NormalizeAsync(x, model.NormEpsilon);
        var all = await a.LinearAsync(model.Blocks[layer].QueryKeyValue, n);       // q + 2·kv
        var queryAndKey = a.Slice(all, 0, q + kv);
        if (_rotary is not null) queryAndKey = await a.RotateAsync(queryAndKey, _rotary, position);
        var mixed = await a.AttendAsync(                                           // heads × headSize
            layer, a.Slice(queryAndKey, 0, q), a.Slice(queryAndKey, q, kv), a.Slice(all, q + kv, kv));
        return await a.LinearAsync(model.Blocks[layer].Output, mixed);
    }
}
