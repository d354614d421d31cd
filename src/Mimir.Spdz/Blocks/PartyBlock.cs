using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Blocks;

/// <summary>
/// One party's dealt material for one block: read, sacrificed (<see cref="Sacrifice"/>), and worked ahead: E·[b]_i for all steps in one pass
/// over E per matrix.
/// </summary>
public sealed class PartyBlock
{
    private readonly Dictionary<(MatrixSlot Slot, int Step), ProductMaterial> _products = [];
    private readonly Dictionary<(int Layer, int Step), AttentionMaterial> _attention = [];
    private readonly TriplePool[] _triples;

    private PartyBlock(BlockShape shape)
    {
        Shape = shape;
        Steps = new TapeSection[shape.Steps.Count];
        _triples = new TriplePool[shape.Steps.Count];
    }

    /// <summary>The steps of this block.</summary>
    public BlockShape Shape { get; }

    /// <summary>The step sections, audited or to be used.</summary>
    internal TapeSection[] Steps { get; }

    internal ProductMaterial Product(MatrixSlot slot, int step) => _products[(slot, step)];

    internal AttentionMaterial Attention(int layer, int step) => _attention[(layer, step)];

    internal TriplePool Triples(int step) => _triples[step];

    /// <summary>
    /// Reads the algebraic section into <paramref name="workspace"/>, which must live as long as the block, and adds to
    /// <paramref name="sacrifice"/> what has to be burnt before any of it may be used.
    /// </summary>
    internal static PartyBlock Read(
        PartyModel model, BlockShape shape, PartyCache cache, TapeSection section, Party party, Workspace workspace, Sacrifice sacrifice)
    {
        var block = new PartyBlock(shape);
        using var tape = new TapeReader(party, workspace, section);
        foreach (var slot in MatrixSlot.All(model.Layout)) block.ReadProducts(model, slot, tape, workspace, sacrifice);
        for (var step = 0; step < shape.Steps.Count; step++)
        {
            for (var layer = 0; layer < model.Layout.Layers; layer++)
                block.ReadAttention(model, cache, layer, step, tape, sacrifice);
            block.ReadTriples(step, tape, sacrifice);
        }
        if (!tape.AtEnd) throw new DealerCheatedException($"the Triple Service's algebraic section of block {shape.Number} is longer than the program uses");
        return block;
    }

    private void ReadProducts(PartyModel model, MatrixSlot slot, TapeReader tape, Workspace workspace, Sacrifice sacrifice)
    {
        var users = Shape.Users(model.Layout, slot);
        if (users.Count == 0) return;
        var columns = users.Count + (model.Active ? 1 : 0);
        var inputs = tape.Uniform(columns * slot.Inputs);
        var products = tape.Raw(columns * slot.Outputs);
        var offsets = workspace.Rent(users.Count * slot.Outputs);
        var bs = inputs.Value.Span[..(users.Count * slot.Inputs)];
        model.MultiplyMasked(slot, bs, users.Count, offsets.Span);
        FieldVector.Add(offsets.Span, products.Span[..offsets.Length], offsets.Span);
        for (var i = 0; i < users.Count; i++)
            _products[(slot, users[i])] = new ProductMaterial(
                inputs.Slice(i * slot.Inputs, slot.Inputs), offsets.Slice(i * slot.Outputs, slot.Outputs));
        if (model.Active) sacrifice.AddProducts(slot, inputs, products);
    }

    private void ReadAttention(PartyModel model, PartyCache cache, int layer, int step, TapeReader tape, Sacrifice sacrifice)
    {
        var layout = model.Layout;
        var shape = Shape.Steps[step];
        int width = layout.KeyValueHeads * layout.HeadSize, query = layout.Heads * layout.HeadSize, weights = layout.Heads * shape.Seen(layer);
        foreach (var side in (PartyCache.Side[])[cache.Keys(layer), cache.Values(layer)])
        {
            var mask = tape.Uniform(width);
            cache.Store(mask.Value.Span, shape.Row, side.Mask);
            if (model.Active) cache.Store(mask.Mac.Span, shape.Row, side.MaskMac);
        }
        if (!shape.Attends(layer)) return;
        AttentionMaterial Next() => new(tape.Uniform(query), tape.Authenticated(weights), tape.Uniform(weights), tape.Authenticated(query));
        var material = _attention[(layer, step)] = Next();
        if (!model.Active) return;
        var kept = tape.Workspace;
        tape.Workspace = sacrifice.Workspace;
        sacrifice.AddAttention(cache, layer, shape.FirstSeen[layer], shape.Cached, material, Next());
        tape.Workspace = kept;
    }

    private void ReadTriples(int step, TapeReader tape, Sacrifice sacrifice)
    {
        var count = (int)Shape.Steps[step].Triples;
        Share a = tape.Uniform(count), b = tape.Uniform(count), c = tape.Authenticated(count);
        _triples[step] = new TriplePool(a, b, c);
        if (a.Mac.IsEmpty) return;
        var kept = tape.Workspace;
        tape.Workspace = sacrifice.Workspace;
        sacrifice.AddTriples(a, b, c, tape.Uniform(count), tape.Authenticated(count));
        tape.Workspace = kept;
    }
}
