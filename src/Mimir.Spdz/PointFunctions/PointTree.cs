using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// Some keys' trees, grown side by side so that the AES units stay busy: at every moment each key has <see cref="Width"/> neighbouring nodes of one
/// depth. Which nodes these are depends on public numbers only, and so do time and memory access. See <see cref="PointDealer"/>.
/// </summary>
internal ref struct PointTree
{
    private readonly PointKeys _keys;
    private readonly int _first;
    private Span<Vector128<byte>> _nodes;
    private Span<Vector128<byte>> _spare;
    private readonly Span<Vector128<byte>> _hashes;

    /// <summary>
    /// The roots of keys [first, first + count); <paramref name="scratch"/> has <see cref="ScratchElements"/> for the largest width that will occur.
    /// </summary>
    public PointTree(PointKeys keys, int first, int count, Span<double> scratch)
    {
        _keys = keys;
        (_first, Count, Width) = (first, count, 1);
        var all = MemoryMarshal.Cast<double, Vector128<byte>>(scratch);
        var third = all.Length / 3;
        _nodes = all[..third];
        _spare = all.Slice(third, third);
        _hashes = all.Slice(2 * third, third);
        keys.Roots.Slice(first, count).CopyTo(_nodes);
    }

    /// <summary>Keys side by side.</summary>
    public int Count { get; }

    /// <summary>Depth of the present nodes.</summary>
    public int Depth { get; private set; }

    /// <summary>Nodes of each key.</summary>
    public int Width { get; private set; }

    /// <summary>Elements of scratch memory for <paramref name="keys"/> keys of <paramref name="width"/> nodes each.</summary>
    public static int ScratchElements(int keys, int width) => 6 * (keys * width + PointSum.Lanes);

    /// <summary>The nodes of key <paramref name="key"/> (counted from the first of these trees).</summary>
    public readonly ReadOnlySpan<Vector128<byte>> Nodes(int key) => _nodes.Slice(key * Width, Width);

    /// <summary>Every node gives way to its two children.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Grow()
    {
        var total = Count * Width;
        PointHash.Grow.Hash(_nodes[..total], 0, _hashes[..total]);
        unchecked
        {
            var width = (nuint)Width;
            ref var node = ref MemoryMarshal.GetReference(_nodes);
            ref var hash = ref MemoryMarshal.GetReference(_hashes);
            ref var child = ref MemoryMarshal.GetReference(_spare);
            ref var words = ref Unsafe.Add(ref MemoryMarshal.GetReference(_keys.Words), 1 + _first * _keys.Shape.Depth + Depth);
            for (var k = 0; k < Count; k++)
            {
                var word = Unsafe.Add(ref words, k * _keys.Shape.Depth);
                for (nuint i = 0; i < width; i++)
                {
                    var seed = Unsafe.Add(ref node, i);
                    var left = Unsafe.Add(ref hash, i) ^ (word & BitMask(seed));
                    Unsafe.Add(ref child, 2 * i) = left;
                    Unsafe.Add(ref child, 2 * i + 1) = left ^ seed;
                }
                node = ref Unsafe.Add(ref node, width);
                hash = ref Unsafe.Add(ref hash, width);
                child = ref Unsafe.Add(ref child, 2 * width);
            }
        }
        Exchange();
        Width *= 2;
        Depth++;
    }

    /// <summary>Grows to <paramref name="depth"/>.</summary>
    public void GrowTo(int depth)
    {
        while (Depth < depth) Grow();
    }

    /// <summary>
    /// Grows from the root to <paramref name="depth"/> and keeps of every key the <paramref name="count"/> leaves from its public place in <paramref name="starts"/>
    /// on, the first following the last; on the way down only what they descend from is grown.
    /// </summary>
    public void GrowTowards(int depth, scoped ReadOnlySpan<int> starts, int count)
    {
        Span<int> kept = stackalloc int[Count];
        Span<int> places = stackalloc int[Count];
        kept.Clear();
        while (Depth < depth)
        {
            Grow();
            var below = depth - Depth;
            // Enough wherever the leaves begin: the shape of the work is the same for every key.
            var width = Math.Min(Width, below == 0 ? count : ((count + (1 << below) - 2) >> below) + 1);
            for (var k = 0; k < Count; k++)
            {
                var first = starts[k] >> below;
                places[k] = (first - 2 * kept[k]) & ((1 << Depth) - 1);
                kept[k] = width == 1 << Depth ? 2 * kept[k] : first;
            }
            if (width < Width || below == 0) Keep(places, width);
        }
    }

    /// <summary>
    /// Of every key only the <paramref name="width"/> nodes from its public place in <paramref name="starts"/> on are kept, the first node following the last.
    /// </summary>
    public void Keep(scoped ReadOnlySpan<int> starts, int width)
    {
        for (var k = 0; k < Count; k++)
        {
            var nodes = _nodes.Slice(k * Width, Width);
            var kept = _spare.Slice(k * width, width);
            var before = Math.Min(width, Width - starts[k]);
            nodes.Slice(starts[k], before).CopyTo(kept);
            nodes[..(width - before)].CopyTo(kept[before..]);
        }
        Exchange();
        Width = width;
    }

    /// <summary>
    /// Hashes all nodes for one plane; <see cref="PointSum"/> and <see cref="Write"/> turn the hashes into this party's numbers.
    /// </summary>
    public readonly void Convert(int plane)
    {
        var total = Count * Width;
        PointHash.Convert.Hash(_nodes[..total], PointDealer.Tweak(_keys.Tweak, plane), _hashes[..total]);
    }

    /// <summary>Adds Σ_i combination_i·(number of node i) of the converted plane to <paramref name="sum"/>; zeros beyond <see cref="Width"/>, up to a multiple of 4.</summary>
    public readonly void Add(int key, int plane, ReadOnlySpan<double> combination, ref PointSum sum) =>
        sum.Add(_nodes[(key * Width)..], _hashes[(key * Width)..], combination, _keys.Correction(_first + key, plane));

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
        ref var node = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetReference(_nodes[(key * Width)..]));
        ref var hash = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetReference(_hashes[(key * Width)..]));
        ref var sum = ref MemoryMarshal.GetReference(sums);
        for (nuint i = 0; i < (nuint)sums.Length; i += 2 * PointSum.Lanes)
        {
            var bits = Vector512.Shuffle(Vector512.LoadUnsafe(ref node, i), Vector512.Create(0L, 0, 2, 2, 4, 4, 6, 6)) & Vector512<long>.One;
            var number = (Vector512.LoadUnsafe(ref hash, i) & mask) + (correction & (Vector512<long>.Zero - bits));
            (Vector512.LoadUnsafe(ref sum, i) + number).StoreUnsafe(ref sum, i);
        }
    }

    /// <summary>The converted plane's numbers of one key, one a node.</summary>
    public readonly void Write(int key, int plane, Span<double> values, Span<double> macs)
    {
        var (value, mac) = _keys.Correction(_first + key, plane);
        for (var i = 0; i < Width; i++)
        {
            var bit = -(long)(_nodes[key * Width + i].AsUInt64().ToScalar() & 1);
            var hash = _hashes[key * Width + i].AsUInt64();
            values[i] = Number(hash.ToScalar(), bit & (long)value);
            if (!macs.IsEmpty) macs[i] = Number(hash.GetElement(1), bit & (long)mac);
        }
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
    }

    /// <summary>All ones when the node's bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> BitMask(Vector128<byte> node) =>
        Vector128.Subtract(Vector128<long>.Zero, Vector128.Shuffle(node.AsInt64(), Vector128<long>.Zero) & Vector128<long>.One).AsByte();
}
