using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// Some keys' trees, grown side by side so that the AES units stay busy: at every moment each key has neighbouring nodes of one
/// depth, of which some are chosen to be turned into numbers. Which nodes these are depends on public numbers only, and so do time and memory access. See <see cref="PointDealer"/>.
/// </summary>
internal ref struct PointTree
{
    private readonly PointKeys _keys;
    private readonly int _first;
    private Span<Vector128<byte>> _nodes;
    private Span<Vector128<byte>> _spare;
    private readonly Span<Vector128<byte>> _hashes;
    private readonly Span<int> _ends;
    private readonly Span<int> _chosenEnds;
    private bool _chosen;

    /// <summary>
    /// The roots of keys [first, first + count); <paramref name="scratch"/> has <see cref="ScratchElements"/> for the largest width that will occur.
    /// </summary>
    public PointTree(PointKeys keys, int first, int count, Span<double> scratch)
    {
        _keys = keys;
        (_first, Count) = (first, count);
        var ends = MemoryMarshal.Cast<double, int>(scratch[^count..]);
        _ends = ends[..count];
        _chosenEnds = ends[count..];
        var all = MemoryMarshal.Cast<double, Vector128<byte>>(scratch[..^count]);
        var third = all.Length / 3;
        _nodes = all[..third];
        _spare = all.Slice(third, third);
        _hashes = all.Slice(2 * third, third);
        keys.Roots.Slice(first, count).CopyTo(_nodes);
        for (var k = 0; k < count; k++) _ends[k] = k + 1;
    }

    /// <summary>Keys side by side.</summary>
    public int Count { get; }

    /// <summary>Depth of the present nodes.</summary>
    public int Depth { get; private set; }

    /// <summary>Nodes of each key, where all have equally many.</summary>
    public readonly int Width => _ends[0];

    /// <summary>Elements of scratch memory for <paramref name="keys"/> keys of <paramref name="width"/> nodes each.</summary>
    public static int ScratchElements(int keys, int width) => 6 * (keys * width + PointSum.Lanes) + keys;

    /// <summary>The nodes of key <paramref name="key"/> (counted from the first of these trees).</summary>
    public readonly ReadOnlySpan<Vector128<byte>> Nodes(int key) => _nodes[Start(_ends, key).._ends[key]];

    /// <summary>Every node gives way to its two children.</summary>
    public void Grow() => Grow(default, default);

    /// <summary>Grows to <paramref name="depth"/>.</summary>
    public void GrowTo(int depth)
    {
        while (Depth < depth) Grow();
    }

    /// <summary>
    /// Grows to <paramref name="depth"/> and keeps of every key the leaves from its public place in <paramref name="starts"/> on, counted from the first descendant of its first node,
    /// as many as <paramref name="counts"/> says, at least one; on the way down only what they descend from is grown. From the root on, the first leaf follows the last.
    /// </summary>
    public void GrowTowards(int depth, scoped ReadOnlySpan<int> starts, scoped ReadOnlySpan<int> counts)
    {
        Span<int> kept = stackalloc int[Count], skipped = stackalloc int[Count], widths = stackalloc int[Count];
        kept.Clear();
        if (Depth == 0) RepeatRoots(1 << depth, starts, counts);
        while (Depth < depth)
        {
            var below = depth - Depth - 1;
            for (var k = 0; k < Count; k++)
            {
                var first = starts[k] >> below;
                (skipped[k], widths[k], kept[k]) = (first - 2 * kept[k], ((starts[k] + counts[k] - 1) >> below) - first + 1, first);
            }
            Grow(skipped, widths);
        }
    }

    /// <summary>Of every key only the <paramref name="width"/> nodes from its public place in <paramref name="starts"/> on are kept, the first node following the last.</summary>
    public void Keep(scoped ReadOnlySpan<int> starts, int width)
    {
        for (var k = 0; k < Count; k++)
        {
            var nodes = Nodes(k);
            var kept = _spare.Slice(k * width, width);
            var before = Math.Min(width, nodes.Length - starts[k]);
            nodes.Slice(starts[k], before).CopyTo(kept);
            nodes[..(width - before)].CopyTo(kept[before..]);
        }
        Exchange();
        for (var k = 0; k < Count; k++) _ends[k] = (k + 1) * width;
    }

    /// <summary>Of every key only the <paramref name="count"/> nodes from its public place in <paramref name="starts"/> on are kept.</summary>
    public void Take(scoped ReadOnlySpan<int> starts, int count)
    {
        for (var k = 0; k < Count; k++) Nodes(k).Slice(starts[k], count).CopyTo(_spare[(k * count)..]);
        Exchange();
        for (var k = 0; k < Count; k++) _ends[k] = (k + 1) * count;
    }

    /// <summary>
    /// What <see cref="Convert"/> and <c>Add</c> are about until the next growth: of every key as many nodes as <paramref name="counts"/> says, from its public place in
    /// <paramref name="starts"/> on.
    /// </summary>
    public void Choose(scoped ReadOnlySpan<int> starts, scoped ReadOnlySpan<int> counts)
    {
        var (end, all) = (0, true);
        for (var k = 0; k < Count; k++) all &= counts[k] == _ends[k] - Start(_ends, k);
        _chosen = !all;
        if (all) return;
        for (var k = 0; k < Count; k++)
        {
            Nodes(k).Slice(starts[k], counts[k]).CopyTo(_spare[end..]);
            _chosenEnds[k] = end += counts[k];
        }
    }

    /// <summary>
    /// Hashes all chosen nodes for one plane; <see cref="PointSum"/> and <see cref="Write"/> turn the hashes into this party's numbers.
    /// </summary>
    public readonly void Convert(int plane)
    {
        var total = Ends[^1];
        PointHash.Convert.Hash(Chosen[..total], PointDealer.Tweak(_keys.Tweak, plane), _hashes[..total]);
    }

    /// <summary>Adds Σ_i combination_i·(number of node i) of the converted plane to <paramref name="sum"/>; zeros beyond the last node, up to a multiple of 4.</summary>
    public readonly void Add(int key, int plane, ReadOnlySpan<double> combination, ref PointSum sum)
    {
        var start = Start(Ends, key);
        sum.Add(Chosen[start..], _hashes[start..], combination, _keys.Correction(_first + key, plane));
    }

    /// <summary>
    /// The same for all keys: combinations from the given places on, one element for every chosen node and zeros up to a multiple of 4. A place means nothing where no node was chosen.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Add(int plane, ReadOnlySpan<double> combinations, scoped ReadOnlySpan<int> places, scoped Span<PointSum> sums)
    {
        var nodes = Chosen;
        var ends = Ends;
        var start = 0;
        ref var correction = ref Unsafe.Add(ref MemoryMarshal.GetReference(_keys.Elements), _first * _keys.Shape.Planes + plane);
        ref var mac = ref Unsafe.Add(ref correction, _keys.Active ? _keys.Count * _keys.Shape.Planes : 0);
        var planes = _keys.Shape.Planes;
        for (var k = 0; k < Count; start = ends[k++])
        {
            var length = (ends[k] - start + PointSum.Lanes - 1) & -PointSum.Lanes;
            if (length > 0)
                sums[k].Add(nodes[start..], _hashes[start..], combinations.Slice(places[k], length), (Unsafe.Add(ref correction, k * planes), Unsafe.Add(ref mac, k * planes)));
        }
    }

    /// <summary>
    /// Adds the converted plane's numbers of one key to <paramref name="sums"/>, value and MAC of a node in turn, not reduced and without the party's sign
    /// (<see cref="PointSum.Reduce(long, int)"/>): fewer than 2^11 keys. The length is a multiple of twice <see cref="PointSum.Lanes"/>; what lies beyond the last node means nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void AddTo(int key, int plane, Span<long> sums)
    {
        var (value, mac) = _keys.Correction(_first + key, plane);
        var correction = Vector512.Create(Vector128.Create((long)value, (long)mac));
        var mask = Vector512.Create((1L << 50) - 1);
        var start = Start(Ends, key);
        ref var node = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetReference(Chosen[start..]));
        ref var hash = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetReference(_hashes[start..]));
        ref var sum = ref MemoryMarshal.GetReference(sums);
        for (nuint i = 0; i < (nuint)sums.Length; i += 2 * PointSum.Lanes)
        {
            var bits = NodeLanes.First(Vector512.LoadUnsafe(ref node, i)) & Vector512<long>.One;
            var number = (Vector512.LoadUnsafe(ref hash, i) & mask) + (correction & (Vector512<long>.Zero - bits));
            (Vector512.LoadUnsafe(ref sum, i) + number).StoreUnsafe(ref sum, i);
        }
    }

    /// <summary>The converted plane's numbers of one key, one a node.</summary>
    public readonly void Write(int key, int plane, Span<double> values, Span<double> macs)
    {
        var (value, mac) = _keys.Correction(_first + key, plane);
        var start = Start(Ends, key);
        for (var i = start; i < Ends[key]; i++)
        {
            var bit = -(long)(Chosen[i].AsUInt64().ToScalar() & 1);
            var hash = _hashes[i].AsUInt64();
            values[i - start] = Number(hash.ToScalar(), bit & (long)value);
            if (!macs.IsEmpty) macs[i - start] = Number(hash.GetElement(1), bit & (long)mac);
        }
    }

    private readonly ReadOnlySpan<Vector128<byte>> Chosen => _chosen ? _spare : _nodes;

    private readonly ReadOnlySpan<int> Ends => _chosen ? _chosenEnds : _ends;

    private static int Start(ReadOnlySpan<int> ends, int key) => key == 0 ? 0 : ends[key - 1];

    /// <summary>Of every key's children those are kept that begin with number <paramref name="skipped"/>, 0 or 1, as many as <paramref name="widths"/> says; all where both are empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Grow(scoped ReadOnlySpan<int> skipped, scoped ReadOnlySpan<int> widths)
    {
        var total = _ends[^1];
        PointHash.Grow.Hash(_nodes[..total], 0, _hashes[..total]);
        unchecked
        {
            ref var node = ref MemoryMarshal.GetReference(_nodes);
            ref var hash = ref MemoryMarshal.GetReference(_hashes);
            ref var child = ref MemoryMarshal.GetReference(_spare);
            ref var words = ref Unsafe.Add(ref MemoryMarshal.GetReference(_keys.Words), 1 + _first * _keys.Shape.Depth + Depth);
            int start = 0, grown = 0;
            for (var k = 0; k < Count; k++)
            {
                var word = Unsafe.Add(ref words, k * _keys.Shape.Depth);
                var (i, end, at) = (start, _ends[k], grown);
                if (!skipped.IsEmpty && skipped[k] == 1)
                {
                    var seed = Unsafe.Add(ref node, i);
                    Unsafe.Add(ref child, at++) = Unsafe.Add(ref hash, i++) ^ (word & BitMask(seed)) ^ seed;
                }
                // The last child, where it is not kept, gives way to the next key's first.
                for (; i < end; i++, at += 2)
                {
                    var seed = Unsafe.Add(ref node, i);
                    var left = Unsafe.Add(ref hash, i) ^ (word & BitMask(seed));
                    Unsafe.Add(ref child, at) = left;
                    Unsafe.Add(ref child, at + 1) = left ^ seed;
                }
                grown += widths.IsEmpty ? 2 * (end - start) : widths[k];
                (start, _ends[k]) = (end, grown);
            }
        }
        Exchange();
        Depth++;
    }

    /// <summary>Two copies of a root whose leaves are wanted beyond the last, for those begin anew with the first.</summary>
    private void RepeatRoots(int leaves, scoped ReadOnlySpan<int> starts, scoped ReadOnlySpan<int> counts)
    {
        var end = 0;
        for (var k = 0; k < Count; k++)
        {
            var root = _nodes[k];
            _spare[end++] = root;
            if (starts[k] + counts[k] > leaves) _spare[end++] = root;
            _ends[k] = end;
        }
        Exchange();
    }

    private readonly double Number(ulong hash, long correction)
    {
        const ulong Low = (1UL << 50) - 1;
        long sign = -_keys.Party;
        return Field.Reduce((((long)(hash & Low) + correction) ^ sign) - sign);
    }

    private void Exchange()
    {
        var nodes = _nodes;
        _nodes = _spare;
        _spare = nodes;
        _chosen = false;
    }

    /// <summary>All ones when the node's bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> BitMask(Vector128<byte> node) =>
        Vector128.Subtract(Vector128<long>.Zero, Vector128.Shuffle(node.AsInt64(), Vector128<long>.Zero) & Vector128<long>.One).AsByte();
}
