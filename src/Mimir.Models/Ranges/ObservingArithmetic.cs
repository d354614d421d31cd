using Mimir.Models.Transformers;

namespace Mimir.Models.Ranges;

/// <summary>
/// The reference with somebody who writes down how large its numbers become. It computes what <paramref name="inner"/> computes; only the MLP is taken apart, since
/// what lies inside is of interest. One sequence; not thread-safe.
/// </summary>
/// <param name="inner">The reference.</param>
/// <param name="model">Its model.</param>
/// <param name="recorder">What hears of every number.</param>
public sealed class ObservingArithmetic(IArithmetic<double[]> inner, ModelLayout model, RangeRecorder recorder) : IArithmetic<double[]>
{
    private readonly List<double[]>[] _keys = [.. Enumerable.Range(0, model.Layers).Select(_ => new List<double[]>())];
    private readonly List<(RangeKind Kind, double[] Values)> _unplaced = [];

    /// <inheritdoc/>
    public int Length(double[] x) => inner.Length(x);

    /// <inheritdoc/>
    public double[] Add(double[] x, double[] y) => inner.Add(x, y);

    /// <inheritdoc/>
    public double[] Slice(double[] x, int start, int length) => inner.Slice(x, start, length);

    /// <inheritdoc/>
    public double[] Row(SecretMatrix table, int row) => inner.Row(table, row);

    /// <inheritdoc/>
    public ValueTask<double[]> LookupAsync(SecretMatrix table, double[] index) => inner.LookupAsync(table, index);

    /// <inheritdoc/>
    public async ValueTask<double[]> LinearAsync(SecretMatrix w, double[] x)
    {
        Place(w.Name);
        var z = await inner.LinearAsync(w, x);
        recorder.Add(RangeKind.Product, w.Name, z);
        if (w == model.Head) recorder.Add(RangeKind.LogitSpread, w.Name, [z.Max() - z.Min()]);
        return z;
    }

    /// <inheritdoc/>
    public ValueTask<double[]> MultiplyAsync(double[] x, double[] y) => inner.MultiplyAsync(x, y);

    /// <inheritdoc/>
    public async ValueTask<double[]> FeedForwardAsync(LayerLayout block, double[] x)
    {
        var up = await LinearAsync(block.Up, x);
        var gate = up[..block.Down.Columns];
        recorder.Add(RangeKind.ActivationInput, block.Up.Name, gate);
        var hidden = Array.ConvertAll(gate, value => model.Activation.Evaluate(value));
        if (model.GatedMlp)
        {
            hidden = await inner.MultiplyAsync(hidden, up[block.Down.Columns..]);
            recorder.Add(RangeKind.GatedProduct, block.Up.Name, hidden);
        }
        return await LinearAsync(block.Down, hidden);
    }

    /// <inheritdoc/>
    public ValueTask<double[]> NormalizeAsync(double[] x, double epsilon)
    {
        _unplaced.Add((RangeKind.Residual, [x.Min(), x.Max()]));
        _unplaced.Add((RangeKind.MeanSquare, [x.Sum(value => value * value) / x.Length]));
        return inner.NormalizeAsync(x, epsilon);
    }

    /// <inheritdoc/>
    public ValueTask<double[]> CenterAsync(double[] x) => inner.CenterAsync(x);

    /// <inheritdoc/>
    public ValueTask<double[]> RotateAsync(double[] x, RotaryTable table, int position) => inner.RotateAsync(x, table, position);

    /// <inheritdoc/>
    public ValueTask<double[]> AttendAsync(int layer, double[] query, double[] key, double[] value)
    {
        var place = model.Blocks[layer].QueryKeyValue.Name;
        recorder.Add(RangeKind.CachedValue, place, value);
        _keys[layer].Add(key);
        recorder.Add(RangeKind.RelativeScore, place, Relative(_keys[layer], query));
        return inner.AttendAsync(layer, query, key, value);
    }

    /// <inheritdoc/>
    public ValueTask<double[]> SampleAsync(double[] logits, int count, double temperature) => inner.SampleAsync(logits, count, temperature);

    /// <summary>A norm does not know where it stands; the matrix behind it does.</summary>
    private void Place(string name)
    {
        foreach (var (kind, values) in _unplaced) recorder.Add(kind, name, values);
        _unplaced.Clear();
    }

    private double[] Relative(List<double[]> keys, double[] query)
    {
        var (size, group) = (model.HeadSize, model.Heads / model.KeyValueHeads);
        var relative = new double[model.Heads * keys.Count];
        for (var head = 0; head < model.Heads; head++)
            for (var t = 0; t < keys.Count; t++)
            {
                var (sum, at) = (0.0, head / group * size);
                for (var i = 0; i < size; i++) sum += query[head * size + i] * (keys[t][at + i] - keys[0][at + i]);
                relative[head * keys.Count + t] = sum;
            }
        return relative;
    }
}
