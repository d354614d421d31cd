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
    private string _last = model.Embedding.Name;

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
        if (w == model.Head)
        {
            var logits = Capped(z, model.LogitsCap, w.Name);
            recorder.Add(RangeKind.LogitSpread, w.Name, [logits.Max() - logits.Min()]);
        }
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
    public ValueTask<double[]> NormalizeAsync(double[] x, double epsilon, int rows = 1)
    {
        double[] squares = [.. x.Chunk(x.Length / rows).Select(row => row.Average(value => value * value))];
        if (rows > 1)
        {
            recorder.Add(RangeKind.HeadMeanSquare, _last, squares);
        }
        else
        {
            _unplaced.Add((RangeKind.NormInput, [x.Min(), x.Max()]));
            _unplaced.Add((RangeKind.MeanSquare, squares));
        }
        return inner.NormalizeAsync(x, epsilon, rows);
    }

    /// <inheritdoc/>
    public ValueTask<double[]> CapAsync(double[] x, double cap) => inner.CapAsync(x, cap);

    /// <inheritdoc/>
    public ValueTask<double[]> CenterAsync(double[] x) => inner.CenterAsync(x);

    /// <inheritdoc/>
    public ValueTask<double[]> RotateAsync(double[] x, RotaryTable table, int position) => inner.RotateAsync(x, table, position);

    /// <inheritdoc/>
    public ValueTask<double[]> AttendAsync(int layer, double[] query, double[] key, double[] value)
    {
        var place = Append(layer, key, value);
        var scores = Capped(Scores(_keys[layer], query), model.AttentionCap, place);
        for (var head = 0; head < model.Heads; head++)
        {
            var row = scores[(head * _keys[layer].Count)..((head + 1) * _keys[layer].Count)];
            recorder.Add(RangeKind.RelativeScore, place, Array.ConvertAll(row, score => score - row[0]));
        }
        return inner.AttendAsync(layer, query, key, value);
    }

    /// <inheritdoc/>
    public ValueTask StoreAsync(int layer, double[] key, double[] value)
    {
        Append(layer, key, value);
        return inner.StoreAsync(layer, key, value);
    }

    /// <inheritdoc/>
    public ValueTask<double[]> SampleAsync(double[] logits, int count, double temperature, int topK = 0) => inner.SampleAsync(logits, count, temperature, topK);

    private string Append(int layer, double[] key, double[] value)
    {
        var place = model.Blocks[layer].QueryKeyValue.Name;
        recorder.Add(RangeKind.CachedValue, place, value);
        _keys[layer].Add(key);
        if (model.Blocks[layer].Attention.First(_keys[layer].Count) > 0) _keys[layer].RemoveAt(0);
        return place;
    }

    /// <summary>A norm does not know where it stands; the matrix behind it does.</summary>
    private void Place(string name)
    {
        foreach (var (kind, values) in _unplaced) recorder.Add(kind, name, values);
        _unplaced.Clear();
        _last = name;
    }

    private double[] Capped(double[] x, double cap, string place)
    {
        if (cap <= 0) return x;
        recorder.Add(RangeKind.CappedInput, place, x);
        return Array.ConvertAll(x, value => ScalarFunctions.Cap(value, cap));
    }

    private double[] Scores(List<double[]> keys, double[] query)
    {
        var (size, group) = (model.HeadSize, model.Heads / model.KeyValueHeads);
        var scores = new double[model.Heads * keys.Count];
        for (var head = 0; head < model.Heads; head++)
            for (var t = 0; t < keys.Count; t++)
            {
                var (sum, at) = (0.0, head / group * size);
                for (var i = 0; i < size; i++) sum += query[head * size + i] * keys[t][at + i];
                scores[head * keys.Count + t] = sum;
            }
        return scores;
    }
}
