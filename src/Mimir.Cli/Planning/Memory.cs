using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;

namespace Mimir.Cli.Planning;

/// <summary>What the roles hold in memory, from the same shapes by which they allocate. The runtime itself comes on top.</summary>
internal static class Memory
{
    private const int Element = sizeof(double);

    // One block in use, one ready.
    private const int Blocks = 2;

    /// <summary>
    /// E, and [W]_i packed to 50 bits; tables with MACs; per layer and side of the cache E, [B]_i and, active, its MAC; two blocks: algebraic section,
    /// masks b, offsets E·b; and, for the <paramref name="last"/> party, the corrections of the step sections of two <paramref name="group"/>s (the others expand
    /// theirs as they go).
    /// </summary>
    public static long OfParty(PlanRequest request, BlockShape block, int group, long matrixBytes, long algebraicBytes, bool last)
    {
        var layout = request.Layout;
        var rows = layout.Matrices.Where(m => m.Use.HasFlag(MatrixUse.Rows) && !m.IsPublic).Sum(m => (long)m.Rows * m.Width) * (request.Active ? 2 : 1);
        var cache = 2L * layout.Layers * (request.Active ? 3 : 2) * CacheElements(request);
        long material = 0;
        foreach (var slot in MatrixSlot.All(layout))
        {
            long users = block.Users(layout, slot).Count;
            material += (users + (request.Active ? 1 : 0)) * slot.Inputs + users * slot.Outputs;
        }
        material += block.Steps.Sum(s => s.Triples * (request.Active ? 3 : 2));
        var sections = 2 * group * block.Steps.Max(s => s.Cost.Section(last, request.Active).MemoryBytes);
        var shares = layout.Matrices.Where(m => !m.IsPublic).Sum(m => (long)m.Rows * FieldPacking.Bytes((m.Width + 7) / 8 * 8));
        return matrixBytes + shares + Blocks * algebraicBytes + Element * (rows + cache + Blocks * material) + sections;
    }

    /// <summary>A; the cache's masks; the masks b of one block and its largest products.</summary>
    public static long OfDealer(PlanRequest request, BlockShape block, long matrixBytes)
    {
        var layout = request.Layout;
        long inputs = 0, largest = 0;
        foreach (var slot in MatrixSlot.All(layout))
        {
            long users = block.Users(layout, slot).Count;
            inputs += users * slot.Inputs;
            largest = Math.Max(largest, (users + 1) * ((long)slot.Inputs + slot.Outputs));
        }
        return matrixBytes + Element * (2L * layout.Layers * CacheElements(request) + inputs + 2 * largest);
    }

    private static long CacheElements(PlanRequest request) => (long)request.Context * request.Layout.KeyValueHeads * request.Layout.HeadSize;
}
