using Mimir.Models.Transformers;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Blocks;

/// <summary>What must be known of one step to deal for it; public.</summary>
/// <param name="Row">Its row in the cache, from 0; also the step's number.</param>
/// <param name="Logits">Whether a token is sampled after it.</param>
/// <param name="Cost">What its program costs.</param>
public readonly record struct StepShape(int Row, bool Logits, Cost Cost)
{
    /// <summary>The step of <paramref name="row"/> of a session on <paramref name="layout"/>.</summary>
    public static StepShape Of(ModelLayout layout, SessionPlan plan, int row, Cost cost) => new(row, plan.HasLogits(row), cost)
    {
        FirstSeen = [.. layout.Blocks.Select(b => plan.FirstSeen(b.Attention, row + 1))],
    };

    /// <summary>The first cached row that each layer's attention runs over (<see cref="SessionPlan.FirstSeen"/>).</summary>
    public required IReadOnlyList<int> FirstSeen { get; init; }

    /// <summary>Rows that the attention of <paramref name="layer"/> runs over.</summary>
    public int Seen(int layer) => Cached - FirstSeen[layer];

    /// <summary>Whether its position attends in <paramref name="layer"/>: in the last one only for logits, otherwise keys and values are all that is wanted of it.</summary>
    public bool Attends(int layer) => Logits || layer < FirstSeen.Count - 1;

    /// <summary>Beaver triples its program uses.</summary>
    public long Triples => Cost.Triples;

    /// <summary>Rows in the cache after this step's has been appended.</summary>
    public int Cached => Row + 1;
}

/// <summary>Consecutive steps that are dealt together: every matrix is read once for all of them.</summary>
public sealed record BlockShape(int Number, IReadOnlyList<StepShape> Steps)
{
    /// <summary>Indices into <see cref="Steps"/> of the steps that use <paramref name="slot"/>.</summary>
    public IReadOnlyList<int> Users(ModelLayout layout, MatrixSlot slot) =>
        [.. Enumerable.Range(0, Steps.Count).Where(s => Steps[s].Logits || slot.Transposed || !IsBehindTheCache(layout, slot.Matrix))];

    /// <summary>Rounds of its sacrifice, checks included.</summary>
    public long SacrificeRounds(ModelLayout layout) => Sacrifice.Rounds(layout, this);

    /// <summary>Whether a matrix lies behind the last keys and values, and so is used for logits only.</summary>
    private static bool IsBehindTheCache(ModelLayout layout, SecretMatrix matrix)
    {
        if (matrix == layout.Head) return true;
        if (layout.Layers == 0) return false;
        var last = layout.Blocks[^1];
        foreach (var behind in (SecretMatrix[])[last.Output, last.Up, last.Down])
            if (matrix == behind || (layout.AdapterOf(behind) is { } adapter && (matrix == adapter.Down || matrix == adapter.Up))) return true;
        return false;
    }

    /// <summary>The algebraic section for the last party, or for another, which expands all of it from its key.</summary>
    public SectionSize AlgebraicSection(ModelLayout layout, bool active, bool last) => new(last ? AlgebraicCorrections(layout, active) : 0);

    /// <summary>Elements of the algebraic section for the last party.</summary>
    public long AlgebraicCorrections(ModelLayout layout, bool active)
    {
        long total = 0;
        var copies = active ? 2 : 1;
        var weight = active ? 2 : 1;
        long mac = active ? 1 : 0;
        foreach (var slot in MatrixSlot.All(layout))
        {
            long columns = Users(layout, slot).Count;
            if (columns > 0 && active) columns++;
            total += columns * (mac * slot.Inputs + slot.Outputs);
        }
        long q = layout.Heads * layout.HeadSize, kv = layout.KeyValueHeads * layout.HeadSize;
        foreach (var step in Steps)
        {
            for (var layer = 0; layer < layout.Layers; layer++)
            {
                long weights = (long)layout.Heads * step.Seen(layer);
                total += mac * 2 * kv;
                if (step.Attends(layer)) total += copies * (mac * (q + weights) + weight * (q + weights));
            }
            total += step.Triples * (active ? mac * 3 + weight * 2 : 1);
        }
        return total;
    }
}
