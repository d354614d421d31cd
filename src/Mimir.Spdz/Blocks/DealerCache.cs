using Mimir.Models.Transformers;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Blocks;

/// <summary>The dealer's image of the key-value cache: the masks B_K and B_V, and nothing of the data.</summary>
public sealed class DealerCache
{
    private readonly PartyCache _layout;
    private readonly double[][] _keys;
    private readonly double[][] _values;
    private readonly int _width;

    /// <summary>For up to <paramref name="positions"/> rows.</summary>
    public DealerCache(ModelLayout layout, int positions)
    {
        _layout = new PartyCache(layout with { Layers = 0 }, positions, active: false);
        _width = layout.KeyValueHeads * layout.HeadSize;
        _keys = [.. Enumerable.Range(0, layout.Layers).Select(_ => new double[positions * _width])];
        _values = [.. Enumerable.Range(0, layout.Layers).Select(_ => new double[positions * _width])];
    }

    internal double[] Keys(int layer) => _keys[layer];

    internal double[] Values(int layer) => _values[layer];

    /// <summary>Draws the masks of one row's key and value.</summary>
    internal void Draw(int layer, int row, TapeWriter tape)
    {
        var drawn = new double[_width];
        tape.Uniform(drawn);
        _layout.Store(drawn, row, _keys[layer]);
        tape.Uniform(drawn);
        _layout.Store(drawn, row, _values[layer]);
    }

    /// <summary>B·b per query head.</summary>
    internal void Multiply(double[] side, int positions, ReadOnlySpan<double> b, bool transposed, Span<double> product) =>
        CachedProduct.Heads(_layout, side, positions, b, transposed, product);

    /// <summary>Zeroes everything; at the end of the session.</summary>
    public void Clear()
    {
        foreach (var side in _keys.Concat(_values)) Array.Clear(side);
    }
}
