using Mimir.Models.Transformers;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Blocks;

/// <summary>The dealer's image of the key-value cache: the masks B_K and B_V, and nothing of the data.</summary>
public sealed class DealerCache : IKeptRows<DealerCache>
{
    private readonly PartyCache _layout;
    private readonly double[][] _keys;
    private readonly double[][] _values;
    private readonly int _width;

    /// <summary>For up to <paramref name="positions"/> rows.</summary>
    public DealerCache(ModelLayout layout, int positions) : this(new PartyCache(layout with { Layers = 0 }, positions, active: false), layout.Layers)
    {
    }

    private DealerCache(PartyCache layout, int layers)
    {
        _layout = layout;
        _width = layout.KeyValueHeads * layout.HeadSize;
        _keys = [.. Enumerable.Range(0, layers).Select(_ => new double[layout.Positions * _width])];
        _values = [.. Enumerable.Range(0, layers).Select(_ => new double[layout.Positions * _width])];
    }

    /// <inheritdoc/>
    public int Positions => _layout.Positions;

    /// <inheritdoc/>
    public long Bytes => _keys.Concat(_values).Sum(a => a.LongLength) * sizeof(double);

    internal double[] Keys(int layer) => _keys[layer];

    internal double[] Values(int layer) => _values[layer];

    /// <summary>Draws the masks of one row's key and value.</summary>
    internal void Draw(int layer, int row, TapeWriter tape)
    {
        using var drawn = new Secret(_width);
        tape.Uniform(drawn.Span);
        _layout.Store(drawn.Span, row, _keys[layer]);
        tape.Uniform(drawn.Span);
        _layout.Store(drawn.Span, row, _values[layer]);
    }

    /// <summary>B·b per query head, over rows <paramref name="first"/> to <paramref name="cached"/> − 1.</summary>
    internal void Multiply(double[] side, int first, int cached, ReadOnlySpan<double> b, bool transposed, Span<double> product) =>
        CachedProduct.Heads(_layout, side, first, cached, b, transposed, product);

    /// <inheritdoc/>
    public DealerCache Copy(int rows)
    {
        var copy = new DealerCache(_layout.Copy(rows), _keys.Length);
        CopyTo(copy, rows);
        return copy;
    }

    /// <summary>The masks of the first <paramref name="rows"/> rows become those of <paramref name="other"/>.</summary>
    internal void CopyTo(DealerCache other, int rows)
    {
        foreach (var (from, to) in _keys.Zip(other._keys).Concat(_values.Zip(other._values))) _layout.CopyRows(from, other._layout, to, rows);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        foreach (var side in _keys.Concat(_values)) Array.Clear(side);
    }
}
