using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Blocks;

/// <summary>
/// The dealer's algebraic section of one block: matrix products, attention products and Beaver triples, each with the sacrificial copy
/// that <see cref="PartyBlock"/> burns. Keeps the masks b for the steps' tags, until it is
/// disposed of.
/// </summary>
public sealed class DealerBlock : IDisposable
{
    private readonly Dictionary<(MatrixSlot Slot, int Step), ReadOnlyMemory<double>> _inputs = [];
    private readonly Workspace _workspace;

    private DealerBlock(BlockShape shape, SessionMemory memory) => (Shape, _workspace) = (shape, new Workspace(memory));

    /// <summary>The steps of this block.</summary>
    public BlockShape Shape { get; }

    /// <summary>b of one product in one step.</summary>
    internal ReadOnlySpan<double> Input(MatrixSlot slot, int step) => _inputs[(slot, step)].Span;

    /// <summary>Deals the section. <paramref name="cache"/> gains the masks of the block's positions; the masks b lie in <paramref name="memory"/>.</summary>
    public static async Task<DealerBlock> DealAsync(
        DealerModel model, BlockShape shape, DealerCache cache, TapeSender sender, SessionMemory memory, CancellationToken cancellation)
    {
        var block = new DealerBlock(shape, memory);
        using var tape = await sender.BeginAsync(TapeKind.Algebraic, shape.Number, 0, model.Active, model.Alpha, cancellation);
        foreach (var slot in MatrixSlot.All(model.Layout)) block.DealProducts(model, slot, tape);
        foreach (var step in shape.Steps)
        {
            for (var layer = 0; layer < model.Layout.Layers; layer++) DealAttention(model.Layout, cache, layer, step, tape);
            DealTriples((int)step.Triples, tape);
        }
        await sender.EndAsync(tape, cancellation);
        return block;
    }

    /// <summary>Gives the masks' memory back to the session.</summary>
    public void Dispose()
    {
        _inputs.Clear();
        _workspace.Return();
    }

    /// <summary>⟦b_τ⟧ and [A·b_τ] for every using step τ and one sacrificial column, A read once.</summary>
    private void DealProducts(DealerModel model, MatrixSlot slot, TapeWriter tape)
    {
        var users = Shape.Users(model.Layout, slot);
        if (users.Count == 0) return;
        var columns = users.Count + (model.Active ? 1 : 0);
        var inputs = _workspace.Rent(columns * slot.Inputs);
        tape.Uniform(inputs.Span);
        using var products = new Secret(columns * slot.Outputs);
        model.Multiply(slot, inputs.Span, columns, products.Span);
        tape.Raw(products.Span);
        for (var i = 0; i < users.Count; i++)
            _inputs[(slot, users[i])] = inputs.Slice(i * slot.Inputs, slot.Inputs);
    }

    private static void DealAttention(ModelLayout layout, DealerCache cache, int layer, StepShape step, TapeWriter tape)
    {
        cache.Draw(layer, step.Row, tape);
        if (!step.Attends(layer)) return;
        int query = layout.Heads * layout.HeadSize, weights = layout.Heads * step.Seen(layer), first = step.FirstSeen[layer];
        for (var copy = 0; copy < (tape.Active ? 2 : 1); copy++)
        {
            DealAttentionProduct(cache.Keys(layer), cache, first, step.Cached, query, weights, false, tape);
            DealAttentionProduct(cache.Values(layer), cache, first, step.Cached, weights, query, true, tape);
        }
    }

    private static void DealAttentionProduct(
        double[] side, DealerCache cache, int first, int cached, int inputs, int outputs, bool transposed, TapeWriter tape)
    {
        using var b = new Secret(inputs);
        tape.Uniform(b.Span);
        using var product = new Secret(outputs);
        cache.Multiply(side, first, cached, b.Span, transposed, product.Span);
        tape.Authenticated(product.Span);
    }

    /// <summary>⟦a⟧, ⟦b⟧, ⟦ab⟧, and for the sacrifice ⟦a'⟧, ⟦a'b⟧.</summary>
    private static void DealTriples(int count, TapeWriter tape)
    {
        using var a = new Secret(count);
        using var b = new Secret(count);
        using var c = new Secret(count);
        tape.Uniform(a.Span);
        tape.Uniform(b.Span);
        FieldVector.Multiply(a.Span, b.Span, c.Span);
        tape.Authenticated(c.Span);
        if (!tape.Active) return;
        tape.Uniform(a.Span);
        FieldVector.Multiply(a.Span, b.Span, c.Span);
        tape.Authenticated(c.Span);
    }
}
