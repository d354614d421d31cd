using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
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
    public override ValueTask<int> LinearAsync(SecretMatrix w, int x)
    {
        var slot = new MatrixSlot(w, false);
        if (w.IsPublic) PublicProduct.Deal(tape, w, numbers.FractionBits);
        else MatrixProduct.Deal(tape, slot, numbers.FractionBits, source?.Tag(slot), source is null ? default : source.Input(slot));
        return ValueTask.FromResult(w.Rows);
    }

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyAsync(int x, int y)
    {
        Truncate.Deal(tape, x, numbers.FractionBits);
        return ValueTask.FromResult(x);
    }

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyIntegersAsync(int x, int y) => ValueTask.FromResult(x);

    /// <inheritdoc/>
    public override ValueTask<int> ApplyAsync(ScalarFunction f, int x)
    {
        Spline.Deal(tape, x, numbers.Activation);
        Truncate.Deal(tape, x, numbers.Activation.OutputBits - numbers.FractionBits);
        return ValueTask.FromResult(x);
    }

    /// <inheritdoc/>
    public override ValueTask<int> NormalizeAsync(int x, double epsilon)
    {
        Normalize.Deal(tape, x, numbers);
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
    public override ValueTask AppendAsync(int layer, int key, int value) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override ValueTask<int> ScoresAsync(int layer, int query)
    {
        CachedProduct.Deal(tape, ScoreLength, numbers.FractionBits);
        return ValueTask.FromResult(ScoreLength);
    }

    /// <inheritdoc/>
    public override ValueTask<int> SoftmaxAsync(int scores, int rows)
    {
        Softmax.Deal(tape, rows, scores / rows, numbers);
        return ValueTask.FromResult(scores);
    }

    /// <inheritdoc/>
    public override ValueTask<int> MixAsync(int layer, int weights)
    {
        CachedProduct.Deal(tape, QueryLength, numbers.FractionBits);
        return ValueTask.FromResult(QueryLength);
    }

    /// <inheritdoc/>
    public override ValueTask<int> SampleAsync(int logits, int count, double temperature)
    {
        Sample.Deal(tape, count, plan, numbers);
        return ValueTask.FromResult(1);
    }

    /// <inheritdoc/>
    public override ValueTask OutputAsync(int number, int value) => ValueTask.CompletedTask;
}

/// <summary>One step's secrets that the dealer needs for tags: ρ and b.</summary>
public sealed class DealerStep(DealerModel model, DealerBlock block, int step)
{
    internal DealerTag? Tag(MatrixSlot slot) => model.Active ? model.Tag(slot) : null;

    internal ReadOnlySpan<double> Input(MatrixSlot slot) => block.Input(slot, step);
}
