using Mimir.Models.Transformers;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Blocks;

/// <summary>
/// One party's secret key-value cache: K = E_K + B_K, V = E_V + B_V. E is known to all parties (opened once, when a row enters), B is dealt
/// and shared with MACs. Layout per layer: [kvHead][position][headSize], so that one head is a matrix. A row is never overwritten: a second value under
/// the same mask would reveal the difference; rows of wrong guesses are dropped instead.
/// </summary>
public sealed class PartyCache : IKeptRows<PartyCache>
{
    private readonly Layer[] _layers;
    private readonly bool[] _dropped;
    private readonly int[] _places;
    private bool _any;

    /// <summary>An empty cache for up to <paramref name="positions"/> positions.</summary>
    public PartyCache(ModelLayout layout, int positions, bool active) : this(layout.Layers, layout.KeyValueHeads, layout.HeadSize, positions, active)
    {
    }

    private PartyCache(int layers, int keyValueHeads, int headSize, int positions, bool active)
    {
        (Positions, KeyValueHeads, HeadSize) = (positions, keyValueHeads, headSize);
        var size = positions * KeyValueHeads * HeadSize;
        _dropped = new bool[positions];
        _places = [.. Enumerable.Range(0, positions)];
        _layers = [.. Enumerable.Range(0, layers).Select(_ => new Layer(new Side(size, active), new Side(size, active)))];
    }

    /// <summary>Capacity.</summary>
    public int Positions { get; }

    internal int KeyValueHeads { get; }

    internal int HeadSize { get; }

    internal Side Keys(int layer) => _layers[layer].Keys;

    internal Side Values(int layer) => _layers[layer].Values;

    /// <summary>From now on no query attends to <paramref name="row"/>. Public.</summary>
    internal void Drop(int row) => _dropped[row] = _any = true;

    /// <summary>Which of the rows from <paramref name="first"/> to <paramref name="rows"/> − 1 are dropped; empty when none of the cache is.</summary>
    internal ReadOnlyMemory<bool> Dropped(int first, int rows) => _any ? _dropped.AsMemory(first, rows - first) : default;

    /// <summary>The position of the text that <paramref name="row"/> stands for, where guesses make that another number. Public.</summary>
    internal void Place(int row, int position) => _places[row] = position;

    /// <summary>Which of the rows up to <paramref name="row"/> are dropped, or too far before it for a query that sees <paramref name="window"/> positions.</summary>
    internal void Unseen(int row, int window, Span<bool> unseen)
    {
        for (var r = 0; r <= row; r++) unseen[r] = _dropped[r] || _places[r] <= _places[row] - window;
    }

    /// <summary>First element of the matrix of one head.</summary>
    internal int Start(int keyValueHead) => keyValueHead * Positions * HeadSize;

    /// <summary>Copies one position's vector (kvHeads × headSize) into [head][position] order.</summary>
    internal void Store(ReadOnlySpan<double> vector, int position, Span<double> side)
    {
        for (var h = 0; h < KeyValueHeads; h++)
            vector.Slice(h * HeadSize, HeadSize).CopyTo(side[(Start(h) + position * HeadSize)..]);
    }

    /// <summary>The mask of one position as a share.</summary>
    internal Share Mask(Party party, Side side, int position)
    {
        var share = party.Rent(KeyValueHeads * HeadSize);
        for (var h = 0; h < KeyValueHeads; h++)
        {
            var at = Start(h) + position * HeadSize;
            side.Mask.AsSpan(at, HeadSize).CopyTo(share.Value.Span[(h * HeadSize)..]);
            if (party.Active) side.MaskMac.AsSpan(at, HeadSize).CopyTo(share.Mac.Span[(h * HeadSize)..]);
        }
        return share;
    }

    /// <inheritdoc/>
    public long Bytes => _layers.Sum(l => l.Keys.Arrays.Concat(l.Values.Arrays).Sum(a => a.LongLength)) * sizeof(double);

    /// <inheritdoc/>
    public PartyCache Copy(int rows)
    {
        var copy = new PartyCache(_layers.Length, KeyValueHeads, HeadSize, rows, _layers.Length > 0 && _layers[0].Keys.MaskMac.Length > 0);
        CopyTo(copy, rows);
        return copy;
    }

    /// <summary>The first <paramref name="rows"/> rows, none of which is dropped, become those of <paramref name="other"/>.</summary>
    internal void CopyTo(PartyCache other, int rows)
    {
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            foreach (var (from, to) in _layers[layer].Keys.Arrays.Zip(other._layers[layer].Keys.Arrays)) CopyRows(from, other, to, rows);
            foreach (var (from, to) in _layers[layer].Values.Arrays.Zip(other._layers[layer].Values.Arrays)) CopyRows(from, other, to, rows);
        }
    }

    /// <summary>Rows of one array in this cache's order to another's in <paramref name="other"/>'s.</summary>
    internal void CopyRows(double[] from, PartyCache other, double[] to, int rows)
    {
        for (var head = 0; from.Length > 0 && head < KeyValueHeads; head++)
            from.AsSpan(Start(head), rows * HeadSize).CopyTo(to.AsSpan(other.Start(head)));
    }

    /// <inheritdoc/>
    public void Clear()
    {
        foreach (var (keys, values) in _layers)
        {
            keys.Clear();
            values.Clear();
        }
    }

    private readonly record struct Layer(Side Keys, Side Values);

    /// <summary>Keys or values of one layer.</summary>
    internal sealed class Side(int size, bool active)
    {
        /// <summary>E, public among the parties.</summary>
        public double[] Masked { get; } = new double[size];

        /// <summary>[B]_i.</summary>
        public double[] Mask { get; } = new double[size];

        /// <summary>[αB]_i.</summary>
        public double[] MaskMac { get; } = new double[active ? size : 0];

        public double[][] Arrays => [Masked, Mask, MaskMac];

        public void Clear()
        {
            foreach (var array in Arrays) Array.Clear(array);
        }
    }
}
