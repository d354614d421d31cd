using Mimir.Models.Transformers;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>Counts a program without running it: every gadget's declared cost, added up.</summary>
public sealed class CostArithmetic(ModelLayout model, SessionPlan plan, Numbers numbers, bool active) : LengthArithmetic(model)
{
    /// <summary>What has been counted so far.</summary>
    public Cost Total { get; private set; }

    /// <summary>The cost of the step of <paramref name="row"/> (checks before releases included).</summary>
    public static Cost Of(ModelLayout model, SessionPlan plan, Numbers numbers, bool active, int row)
    {
        var arithmetic = new CostArithmetic(model, plan, numbers, active) { Cached = row + 1 };
        var step = new SessionProgram<int>(model, plan, arithmetic).StepAsync(row, 0, 1);
        if (!step.IsCompletedSuccessfully) throw new InvalidOperationException("counting never waits");
        return arithmetic.Total;
    }

    /// <inheritdoc/>
    public override ValueTask<int> LookupAsync(SecretMatrix table, int index) =>
        Count(
            table.IsPublic ? PublicLookup.Cost(table, numbers.Parties) : Lookup.Cost(table.Rows, table.Width, active, numbers.Parties), table.Columns);

    /// <inheritdoc/>
    public override ValueTask<int> LinearAsync(SecretMatrix w, int x) =>
        Count(Product(w, x) + new Cost(0, 0, Authenticated: 2L * w.Rows), w.Rows);

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyAsync(int x, int y) => Count(Multiply.Cost(Same(x, y)) + Truncate.Cost(x), x);

    /// <inheritdoc/>
    public override ValueTask<int> MultiplyIntegersAsync(int x, int y) => Count(Multiply.Cost(Same(x, y)), x);

    /// <inheritdoc/>
    public override ValueTask<int> FeedForwardAsync(LayerLayout block, int x)
    {
        Total += Product(block.Up, x) + ActivatedProduct.Cost(block.Up.Rows, Model.GatedMlp, numbers);
        return LinearAsync(block.Down, block.Down.Columns);
    }

    /// <inheritdoc/>
    public override ValueTask<int> NormalizeAsync(int x, double epsilon, int rows = 1) => Count(Normalize.Cost(x, numbers, rows), x);

    /// <inheritdoc/>
    public override ValueTask<int> CapAsync(int x, double cap) => Count(Spline.Cost(x, numbers.LogitsCap!) + Truncate.Cost(x), x);

    /// <inheritdoc/>
    public override ValueTask<int> CenterAsync(int x) => Count(PublicMaps.Cost(x), x);

    /// <inheritdoc/>
    public override ValueTask<int> RotateAsync(int x, RotaryTable table, int position) => Count(PublicMaps.Cost(x), x);

    /// <inheritdoc/>
    public override ValueTask<int> AttendAsync(int layer, int query, int key, int value) => Count(
        Attention.Cost(Model.Heads, Same(key, value) / Model.HeadSize, Model.HeadSize, Cached - plan.FirstSeen(Model.Blocks[layer].Attention, Cached), numbers), Same(query, QueryLength));

    /// <inheritdoc/>
    public override async ValueTask StoreAsync(int layer, int key, int value) => await Count(CachedProduct.StoreCost(Same(key, value)), 0);

    /// <inheritdoc/>
    public override ValueTask<int> SampleAsync(int logits, int count, double temperature, int topK = 0) =>
        Count(Sample.Cost(count, plan, numbers), 1);

    /// <inheritdoc/>
    public override async ValueTask OutputAsync(int number, int value) =>
        await Count(new Cost(active ? 4 : 1, plan.Receivers.Count), 0);

    /// <inheritdoc/>
    public override async ValueTask OutputLogitsAsync(int number, int logits) =>
        await Count(new Cost(active ? 4 : 1, logits, Raw: active ? logits : 0), 0);

    /// <summary>A product as it is opened, its adapter's two products included.</summary>
    private Cost Product(SecretMatrix w, int x)
    {
        if (!w.IsPublic) return MatrixProduct.Cost(Same(x, w.Columns) - w.Columns + w.Width, w.Rows, active);
        if (Model.AdapterOf(w) is not { } adapter) return PublicProduct.Cost(w);
        var down = Product(adapter.Down, x) + new Cost(0, 0, Authenticated: 2L * adapter.Down.Rows);
        return down + Product(adapter.Up, adapter.Up.Columns) + new Cost(0, 0, Uniform: adapter.Up.Rows) + PublicProduct.Cost(w);
    }

    private ValueTask<int> Count(Cost cost, int length)
    {
        Total += cost;
        return ValueTask.FromResult(length);
    }
}
