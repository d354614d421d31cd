using Mimir.Models.Transformers;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>Counts a program without running it: every gadget's declared cost, added up.</summary>
public sealed class CostArithmetic(ModelLayout model, SessionPlan plan, Numbers numbers, bool active) : LengthArithmetic(model)
{

    /// <summary>What has been counted so far.</summary>
    public Cost Total { get; private set; }

    /// <summary>The cost of step <paramref name="position"/> (checks before releases included).</summary>
    public static Cost Of(ModelLayout model, SessionPlan plan, Numbers numbers, bool active, int position)
    {
        var arithmetic = new CostArithmetic(model, plan, numbers, active) { Cached = position + 1 };
        var step = new SessionProgram<int>(model, plan, arithmetic).StepAsync(position, 1);
        if (!step.IsCompletedSuccessfully) throw new InvalidOperationException("counting never waits");
        return arithmetic.Total;
    }

    /// <inheritdoc/>
    public override ValueTask<int> LookupAsync(SecretMatrix table, int index) =>
        Count(Lookup.Cost(table.Rows, table.Width, active, numbers.Parties), table.Columns);

    /// <inheritdoc/>
    public override ValueTask<int> LinearAsync(SecretMatrix w, int x) =>
        Count(MatrixProduct.Cost(Same(x, w.Columns) - w.Columns + w.Width, w.Rows, active), w.Rows);

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyAsync(int x, int y) => Count(Multiply.Cost(Same(x, y)) + Truncate.Cost(x), x);

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyIntegersAsync(int x, int y) => Count(Multiply.Cost(Same(x, y)), x);

    /// <inheritdoc/>
    public override ValueTask<int> ApplyAsync(ScalarFunction f, int x) => Count(Spline.Cost(x, numbers.Activation) + Truncate.Cost(x), x);

    /// <inheritdoc/>
    public override ValueTask<int> NormalizeAsync(int x, double epsilon) => Count(Normalize.Cost(x, numbers), x);

    /// <inheritdoc/>
    public override ValueTask<int> CenterAsync(int x) => Count(PublicMaps.Cost(x), x);

    /// <inheritdoc/>
    public override ValueTask<int> RotateAsync(int x, RotaryTable table, int position) => Count(PublicMaps.Cost(x), x);

    /// <inheritdoc/>
    public override async ValueTask AppendAsync(int layer, int key, int value) => await Count(CachedProduct.AppendCost(Same(key, value)), 0);

    /// <inheritdoc/>
    public override ValueTask<int> ScoresAsync(int layer, int query) =>
        Count(CachedProduct.Cost(Same(query, QueryLength), ScoreLength), ScoreLength);

    /// <inheritdoc/>
    public override ValueTask<int> SoftmaxAsync(int scores, int rows) => Count(Softmax.Cost(rows, scores / rows, numbers), scores);

    /// <inheritdoc/>
    public override ValueTask<int> MixAsync(int layer, int weights) =>
        Count(CachedProduct.Cost(Same(weights, ScoreLength), QueryLength), QueryLength);

    /// <inheritdoc/>
    public override ValueTask<int> SampleAsync(int logits, int count, double temperature) =>
        Count(Sample.Cost(count, plan, numbers), 1);

    /// <inheritdoc/>
    public override async ValueTask OutputAsync(int number, int value) =>
        await Count(new Cost(active ? 4 : 1, plan.Receivers.Count), 0);

    private ValueTask<int> Count(Cost cost, int length)
    {
        Total += cost;
        return ValueTask.FromResult(length);
    }
}
