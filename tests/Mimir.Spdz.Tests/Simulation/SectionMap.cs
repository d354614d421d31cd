using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>A run of corrections in a tape section of an active session.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Mac">Distance from a value to its MAC, or 0: this run is MACs, or has none.</param>
internal readonly record struct SectionPart(string Name, long Start, long Length, long Mac);

/// <summary>Where things lie in the corrections of each kind of section, written down independently of the code that deals them.</summary>
internal static class SectionMap
{
    public static IReadOnlyList<SectionPart> Load(ModelLayout layout)
    {
        var map = new Builder();
        foreach (var slot in MatrixSlot.All(layout))
        {
            map.Add("rho MAC", slot.Outputs);
            map.Add("A tag", slot.Inputs);
            map.Add("tag mask MAC", slot.Inputs);
        }
        foreach (var matrix in layout.Matrices.Where(m => m.Use.HasFlag(MatrixUse.Rows))) map.Add($"rows of {matrix.Name}", (long)matrix.Rows * matrix.Width);
        return map.Parts;
    }

    public static IReadOnlyList<SectionPart> Algebraic(ModelLayout layout, BlockShape block)
    {
        var map = new Builder();
        foreach (var slot in MatrixSlot.All(layout))
        {
            // Of the last layer a position without logits needs keys and values only.
            var last = layout.Blocks[^1];
            var late = !slot.Transposed && (slot.Matrix == layout.Head || slot.Matrix == last.Output || slot.Matrix == last.Up || slot.Matrix == last.Down);
            var users = block.Steps.Count(s => s.Logits || !late);
            if (users == 0) continue;
            map.Add("product inputs MAC", (users + 1) * slot.Inputs);
            map.Add("products", (users + 1) * slot.Outputs);
        }
        foreach (var step in block.Steps)
        {
            int kv = layout.KeyValueHeads * layout.HeadSize, q = layout.Heads * layout.HeadSize;
            for (var layer = 0; layer < layout.Layers; layer++)
            {
                var window = layout.Blocks[layer].Attention.Window;
                var w = layout.Heads * (window > 0 ? Math.Min(window, step.Row + 1) : step.Row + 1);
                map.Add("key mask MAC", kv);
                map.Add("value mask MAC", kv);
                if (!step.Logits && layer == layout.Layers - 1) continue;
                foreach (var copy in (string[])["", "spare "])
                {
                    map.Add(copy + "query mask MAC", q);
                    map.AddAuthenticated(copy + "scores", w);
                    map.Add(copy + "weight mask MAC", w);
                    map.AddAuthenticated(copy + "mix", q);
                }
            }
            map.Add("triple a MAC", step.Triples);
            map.Add("triple b MAC", step.Triples);
            map.AddAuthenticated("triple c", step.Triples);
            map.Add("triple spare a MAC", step.Triples);
            map.AddAuthenticated("triple spare c", step.Triples);
        }
        return map.Parts;
    }

    /// <summary>What of <see cref="Algebraic"/> only step <paramref name="index"/> of the block uses, and later ones for their caches.</summary>
    public static IReadOnlyList<SectionPart> AlgebraicOf(ModelLayout layout, BlockShape block, int index)
    {
        var keys = 0;
        return [.. Algebraic(layout, block).Where(p => (keys += p.Name == "key mask MAC" ? 1 : 0) > index * layout.Layers && keys <= (index + 1) * layout.Layers)];
    }

    /// <summary>A step's section, by walking the dealing program with a tape that only counts.</summary>
    public static async Task<IReadOnlyList<SectionPart>> StepAsync(ModelLayout layout, SessionPlan plan, int position, int parties = 2)
    {
        var numbers = new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        var tape = new CountingTape(parties);
        var arithmetic = new DealerArithmetic(layout, plan, numbers, tape, null) { Cached = position + 1 };
        await new SessionProgram<int>(layout, plan, arithmetic).StepAsync(position, position, 1);
        return tape.Map.Parts;
    }

    public static BlockShape FirstBlock(ModelLayout layout, SessionPlan plan, int parties = 2) => Block(layout, plan, 0, parties);

    public static BlockShape Block(ModelLayout layout, SessionPlan plan, int number, int parties = 2) =>
        Schedule.Blocks(layout, plan, new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, parties), true).ElementAt(number);

    private sealed class Builder
    {
        private long _at;

        public List<SectionPart> Parts { get; } = [];

        public void Add(string name, long length, long mac = 0)
        {
            if (length > 0) Parts.Add(new(name, _at, length, mac));
            _at += length;
        }

        public void AddAuthenticated(string name, long length)
        {
            Add(name, length, length);
            Add(name + " MAC", length);
        }
    }

    private sealed class CountingTape(int parties) : DealingTape
    {
        public Builder Map { get; } = new();

        public override int Parties => parties;

        public override bool Active => true;

        public override void UniformRaw(Span<double> drawn) => drawn.Clear();

        public override void Raw(ReadOnlySpan<double> values) => Map.Add("raw", values.Length);

        public override void Uniform(Span<double> drawn)
        {
            drawn.Clear();
            Map.Add("mask MAC", drawn.Length);
        }

        public override void Authenticated(ReadOnlySpan<double> values) => Map.AddAuthenticated("table", values.Length);

        public override void Unaudited(ReadOnlySpan<double> values) => Map.Add("tag", values.Length);

        public override void Points(PointShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> payload) =>
            Batches(masks.Length, count => Map.AddAuthenticated("payload", (long)count * shape.Planes));

        internal override void Bits(BitShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers) { }

        private static void Batches(int keys, Action<int> add)
        {
            for (; keys > 0; keys -= PointShape.BatchKeys) add(Math.Min(keys, PointShape.BatchKeys));
        }
    }
}
