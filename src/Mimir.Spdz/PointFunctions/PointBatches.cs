using System.Runtime.Intrinsics;
using Mimir.Numerics.Threads;

namespace Mimir.Spdz.PointFunctions;

/// <summary>All keys of one item of a tape, batch by batch; see <see cref="PointKeys"/> for what each span holds.</summary>
internal readonly ref struct PointBatches(
    PointShape shape, int party, bool active, ReadOnlySpan<Vector128<byte>> roots, ReadOnlySpan<Vector128<byte>> words, ReadOnlySpan<double> elements)
{
    // About 20 µs of growing: below that, waking a thread costs more than it saves.
    private const int LeastKeys = PointShape.BatchKeys;

    private readonly ReadOnlySpan<Vector128<byte>> _roots = roots;
    private readonly ReadOnlySpan<Vector128<byte>> _words = words;
    private readonly ReadOnlySpan<double> _elements = elements;

    /// <summary>Into how many parts the process's threads divide <paramref name="keys"/> keys.</summary>
    public static int Parts(int keys) => ThreadTeam.Shared.Parts(keys, LeastKeys);

    /// <summary>The first key of part <paramref name="part"/> of <paramref name="parts"/>: parts have whole batches.</summary>
    public int Start(int part, int parts) => ThreadTeam.Start(part, parts, _roots.Length, PointShape.BatchKeys);

    /// <summary>The batch that begins with key <paramref name="first"/>, a multiple of <see cref="PointShape.BatchKeys"/>.</summary>
    public PointKeys From(int first)
    {
        var count = Math.Min(PointShape.BatchKeys, _roots.Length - first);
        return new PointKeys(
            shape, party, active, _roots.Slice(first, count), _words.Slice((int)shape.Words(first), (int)shape.Words(count)),
            _elements.Slice((int)shape.Elements(first, active), (int)shape.Elements(count, active)));
    }
}
