using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Programs;

/// <summary>
/// The dealer's walk of one step: the dealing half of every gadget, in program order. Also the auditors' walk, which has no
/// <paramref name="source"/>: then only what an audit may open is recomputed.
/// </summary>
public sealed class DealerArithmetic(
    ModelLayout model, SessionPlan plan, Numbers numbers, DealingTape tape, DealerStep? source) : LengthArithmetic(model)
{
    /// <inheritdoc/>
    public override ValueTask<int> LookupAsync(SecretMatrix table, int index)
    {
        var slot = new MatrixSlot(table, true);
        if (table.IsPublic) PublicLookup.Deal(tape, table);
        else Lookup.Deal(tape, slot, source?.Tag(slot), source is null ? default : source.Input(slot));
        return ValueTask.FromResult(table.Columns);
    }

    /// <inheritdoc/>
    public override ValueTask<int> LinearAsync(SecretMatrix w, int x) => Linear(w, numbers.FractionBits);

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyAsync(int x, int y)
    {
        Truncate.Deal(tape, x, numbers.FractionBits);
        return ValueTask.FromResult(x);
    }

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyIntegersAsync(int x, int y) => ValueTask.FromResult(x);

    /// <inheritdoc/>
    public override ValueTask<int> FeedForwardAsync(LayerLayout block, int x)
    {
        using var r = new Secret(block.Up.Rows);
        DealMask(block.Up, numbers.FractionBits, r.Span);
        ActivatedProduct.DealTables(tape, r.Span, Model.GatedMlp, numbers);
        return Linear(block.Down, numbers.HiddenBits);
    }

    /// <inheritdoc/>
    public override ValueTask<int> NormalizeAsync(int x, double epsilon, int rows = 1)
    {
        Normalize.Deal(tape, x, numbers, rows);
        return ValueTask.FromResult(x);
    }

    /// <inheritdoc/>
    public override ValueTask<int> CapAsync(int x, double cap)
    {
        Spline.Deal(tape, x, numbers.LogitsCap!);
        Truncate.Deal(tape, x, numbers.FractionBits);
        return ValueTask.FromResult(x);
    }

    /// <inheritdoc/>
    public override ValueTask<int> CenterAsync(int x)
    {
        Truncate.Deal(tape, x, PublicMaps.MeanBits);
        return ValueTask.FromResult(x);
    }

    /// <inheritdoc/>
    public override ValueTask<int> RotateAsync(int x, RotaryTable table, int position)
    {
        Truncate.Deal(tape, x, numbers.FractionBits);
        return ValueTask.FromResult(x);
    }

    /// <inheritdoc/>
    public override ValueTask<int> AttendAsync(int layer, int query, int key, int value)
    {
        Attention.Deal(tape, Model.Heads, Model.HeadSize, Cached - plan.FirstSeen(Model.Blocks[layer].Attention, Cached), numbers);
        return ValueTask.FromResult(QueryLength);
    }

    /// <summary>The masks are the cache's.</summary>
    public override ValueTask StoreAsync(int layer, int key, int value) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override ValueTask<int> SampleAsync(int logits, int count, double temperature, int topK = 0)
    {
        Sample.Deal(tape, count, plan, numbers);
        return ValueTask.FromResult(1);
    }

    /// <inheritdoc/>
    public override ValueTask OutputAsync(int number, int value) => ValueTask.CompletedTask;

    /// <summary>[αρ] of the masks under which the logits go out; ρ itself everybody expands.</summary>
    public override ValueTask OutputLogitsAsync(int number, int logits)
    {
        if (!tape.Active) return ValueTask.CompletedTask;
        using var mac = new Secret(logits);
        mac.Span.Clear();
        source?.LogitsMac(number, mac.Span);
        tape.Unaudited(mac.Span);
        return ValueTask.CompletedTask;
    }

    private ValueTask<int> Linear(SecretMatrix w, int bits)
    {
        DealLinear(w, bits);
        return ValueTask.FromResult(w.Rows);
    }

    private void DealLinear(SecretMatrix w, int bits)
    {
        using var r = new Secret(w.Rows);
        DealMask(w, bits, r.Span);
        Truncate.DealTuple(tape, r.Span, bits);
    }

    /// <summary>R of the opened product, and what its opening needs; the adapter's part before it.</summary>
    private void DealMask(SecretMatrix w, int bits, Span<double> r)
    {
        if (!w.IsPublic)
        {
            var slot = new MatrixSlot(w, false);
            MatrixProduct.DealMask(tape, r, source?.Tag(slot), source is null ? default : source.Input(slot));
            return;
        }
        if (Model.AdapterOf(w) is { } adapter)
        {
            DealLinear(adapter.Down, bits);
            var up = new MatrixSlot(adapter.Up, false);
            MatrixProduct.DealExact(tape, up, source?.Tag(up), source is null ? default : source.Input(up));
        }
        tape.Uniform(r);
    }
}

/// <summary>One step's secrets that the dealer needs for tags, ρ and b, and for logits that go out.</summary>
public sealed class DealerStep(DealerModel model, DealerBlock block, int step, LogitsMasks? logits)
{
    /// <summary>αρ of the masks of an output's logits.</summary>
    internal void LogitsMac(int number, Span<double> destination)
    {
        logits!.Of(number, destination);
        Mimir.Numerics.FieldVector.Scale(destination, model.Alpha, destination);
    }

    internal DealerTag? Tag(MatrixSlot slot) => model.Active ? model.Tag(slot) : null;

    internal ReadOnlySpan<double> Input(MatrixSlot slot) => block.Input(slot, step);
}
