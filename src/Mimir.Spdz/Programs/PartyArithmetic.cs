using System.Runtime.CompilerServices;
using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Programs;

/// <summary>The parties' arithmetic: the running half of every gadget, in the same order as <see cref="DealerArithmetic"/> deals.</summary>
public sealed class PartyArithmetic(
    PartyModel model, SessionPlan plan, Numbers numbers, PartyCache cache, Func<int, Share> input, Func<PartyStep, int, Share, ValueTask> output)
    : ISessionArithmetic<Share>
{
    private readonly bool[] _unseen = plan.Speculate > 0 ? new bool[plan.Rows] : [];
    private PartyStep _step = null!;
    private PartyBlock _block = null!;
    private int _inBlock;
    private int _row;
    private int _position;

    /// <summary>
    /// Sees the logits before a token is sampled. Set by <see cref="Diagnostics.SecureLogits"/> only, which runs all parties itself on the
    /// user's own model; never by a node.
    /// </summary>
    internal Func<PartyStep, Share, ValueTask>? LogitsProbe { get; init; }

    /// <summary>Told where one layer ends and the next begins; null: nobody counts.</summary>
    internal LayerMeter? Meter { get; init; }

    /// <summary>Points the arithmetic at the material of one step, at <paramref name="position"/> of the text.</summary>
    public void Begin(PartyStep step, PartyBlock block, int stepInBlock, int position)
    {
        (_step, _block, _inBlock, _position) = (step, block, stepInBlock, position);
        _row = block.Shape.Steps[stepInBlock].Row;
    }

    /// <inheritdoc/>
    public int Length(Share x) => x.Length;

    /// <inheritdoc/>
    public Share Add(Share x, Share y) => _step.Party.Combine(x, y, Mimir.Numerics.FieldVector.Add);

    /// <inheritdoc/>
    public Share Subtract(Share x, Share y) => _step.Party.Combine(x, y, Mimir.Numerics.FieldVector.Subtract);

    /// <inheritdoc/>
    public Share Slice(Share x, int start, int length) => x.Slice(start, length);

    /// <inheritdoc/>
    public Share Concat(Share x, Share y) => _step.Party.Concat(x, y);

    /// <inheritdoc/>
    public Share Row(SecretMatrix table, int row) => model.Row(_step.Party, table, row);

    /// <inheritdoc/>
    public Share Input(int number) => input(number);

    /// <inheritdoc/>
    public Share AddInteger(Share x, int s) => _step.Party.AddScalar(x, Mimir.Numerics.Field.Reduce(s));

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Share> LookupAsync(SecretMatrix table, Share index)
    {
        var slot = new MatrixSlot(table, true);
        var row = table.IsPublic
            ? await PublicLookup.RunAsync(_step, table, index)
            : await Lookup.RunAsync(_step, model, slot, _block.Product(slot, _inBlock), index);
        Meter?.Next();
        return row;
    }

    /// <inheritdoc/>
    public ValueTask<Share> LinearAsync(SecretMatrix w, Share x) => LinearAsync(w, x, numbers.FractionBits);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Share> MultiplyAsync(Share x, Share y) =>
        await Truncate.RunAsync(_step, await Multiply.RunAsync(_step, x, y), numbers.FractionBits);

    /// <inheritdoc/>
    public ValueTask<Share> MultiplyIntegersAsync(Share x, Share y) => Multiply.RunAsync(_step, x, y);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Share> FeedForwardAsync(LayerLayout block, Share x)
    {
        var c = await OpenProductAsync(block.Up, x, numbers.FractionBits);
        var hidden = await ActivatedProduct.RunAsync(_step, c, model.Layout.GatedMlp, numbers);
        var z = await LinearAsync(block.Down, hidden, numbers.HiddenBits);
        Meter?.Next();
        return z;
    }

    /// <inheritdoc/>
    public ValueTask<Share> NormalizeAsync(Share x, double epsilon, int rows = 1) => Normalize.RunAsync(_step, x, numbers, rows);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Share> CapAsync(Share x, double cap) =>
        await Truncate.RunAsync(_step, await Spline.RunAsync(_step, x, numbers.LogitsCap!), numbers.FractionBits);

    /// <inheritdoc/>
    public ValueTask<Share> CenterAsync(Share x) => PublicMaps.CenterAsync(_step, x);

    /// <inheritdoc/>
    public ValueTask<Share> RotateAsync(Share x, RotaryTable table, int position) =>
        PublicMaps.RotateAsync(_step, x, table, position, numbers);

    /// <inheritdoc/>
    public ValueTask<Share> AttendAsync(int layer, Share query, Share key, Share value)
    {
        var first = _block.Shape.Steps[_inBlock].FirstSeen[layer];
        return Attention.RunAsync(_step, cache, layer, first, _row, _block.Attention(layer, _inBlock), query, key, value, numbers, Dropped(model.Layout.Blocks[layer].Attention, first));
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask StoreAsync(int layer, Share key, Share value)
    {
        await CachedProduct.StoreAsync(_step, cache, layer, _row, key, value);
        Meter?.Next();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Share> SampleAsync(Share logits, int count, double temperature, int topK = 0)
    {
        if (LogitsProbe is { } probe) await probe(_step, logits.Slice(0, count));
        return await Sample.RunAsync(_step, logits.Slice(0, count), plan, numbers, _position - plan.FirstLogits);
    }

    /// <inheritdoc/>
    public ValueTask OutputAsync(int number, Share value) => output(_step, number, value);

    /// <inheritdoc/>
    public ValueTask OutputLogitsAsync(int number, Share logits) => output(_step, number, logits);

    /// <summary>Rows from <paramref name="first"/> on that do not count: those of wrong guesses, and, with guesses, those outside the window.</summary>
    private ReadOnlyMemory<bool> Dropped(LayerAttention attention, int first)
    {
        if (_unseen.Length == 0 || attention.Window == 0) return cache.Dropped(first, _row + 1);
        cache.Unseen(_row, attention.Window, _unseen);
        return _unseen.AsMemory(first, _row + 1 - first);
    }

    /// <summary>x has <paramref name="bits"/> fraction bits; the result f.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Share> LinearAsync(SecretMatrix w, Share x, int bits)
    {
        var c = await OpenProductAsync(w, x, bits);
        return Truncate.Finish(_step.Party, c, Truncate.ReadTuple(_step, w.Rows), bits);
    }

    /// <summary>c = z + 2^48 + R, z = W·x (+ bias), or (W + B·A)·x, at scale f + bits.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Opened> OpenProductAsync(SecretMatrix w, Share x, int bits)
    {
        if (!w.IsPublic) return await MatrixProduct.OpenAsync(_step, model, w, Material(w), x, bits);
        var z = await PublicProduct.MultiplyAsync(_step, model, w, x, bits);
        if (model.Layout.AdapterOf(w) is { } adapter)
        {
            var inner = await LinearAsync(adapter.Down, x, bits);
            var correction = await MatrixProduct.ExactAsync(_step, model, adapter.Up, Material(adapter.Up), inner, numbers.FractionBits);
            z += _step.Party.Scale(correction, Math.ScaleB(1, bits - numbers.FractionBits));
        }
        return await PublicProduct.OpenAsync(_step, z);
    }

    private ProductMaterial Material(SecretMatrix w) => _block.Product(new MatrixSlot(w, false), _inBlock);
}
