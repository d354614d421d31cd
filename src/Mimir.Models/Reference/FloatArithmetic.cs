using Mimir.Models.Transformers;

namespace Mimir.Models.Reference;

/// <summary>
/// The transformer in the clear, in float64: what every secure backend is compared with. Holds the KV cache of one sequence.
/// Every returned task is already complete. Not thread-safe; nothing here is secret or constant-time.
/// </summary>
/// <param name="weights">The model; may be shared between sequences.</param>
/// <param name="uniform">Numbers in (0, 1) for sampling at a temperature above zero; not needed for greedy decoding.</param>
public sealed class FloatArithmetic(ReferenceWeights weights, Func<double>? uniform = null) : IArithmetic<double[]>
{
    private readonly ModelLayout _model = weights.Layout;
    private readonly List<(double[] Key, double[] Value)>[] _cache =
        [.. Enumerable.Range(0, weights.Layout.Layers).Select(_ => new List<(double[], double[])>())];

    /// <inheritdoc/>
    public int Length(double[] x) => x.Length;

    /// <inheritdoc/>
    public double[] Add(double[] x, double[] y) => Zip(x, y, (a, b) => a + b);

    /// <summary>Elements [start, start + length), copied.</summary>
    public double[] Slice(double[] x, int start, int length) => x[start..(start + length)];

    /// <inheritdoc/>
    public double[] Row(SecretMatrix table, int row) =>
        weights.Get(table).AsSpan(row * table.Width, table.Columns).ToArray();

    /// <inheritdoc/>
    public ValueTask<double[]> LookupAsync(SecretMatrix table, double[] index) => Done(Row(table, (int)index[0]));

    /// <inheritdoc/>
    public ValueTask<double[]> LinearAsync(SecretMatrix w, double[] x)
    {
        if (x.Length != w.Columns) throw new ArgumentException($"{w.Name} takes {w.Columns} elements, not {x.Length}", nameof(x));
        var z = MatrixProduct.Multiply(weights.Get(w), w, x);
        if (_model.AdapterOf(w) is not { } adapter) return Done(z);
        var inner = MatrixProduct.Multiply(weights.Get(adapter.Down), adapter.Down, x);
        return Done(Zip(z, MatrixProduct.Multiply(weights.Get(adapter.Up), adapter.Up, inner), (a, b) => a + b));
    }

    /// <inheritdoc/>
    public ValueTask<double[]> MultiplyAsync(double[] x, double[] y) => Done(Zip(x, y, (a, b) => a * b));

    /// <inheritdoc/>
    public async ValueTask<double[]> FeedForwardAsync(LayerLayout block, double[] x)
    {
        var up = await LinearAsync(block.Up, x);
        var gate = Array.ConvertAll(up[..block.Down.Columns], value => _model.Activation.Evaluate(value));
        return await LinearAsync(block.Down, _model.GatedMlp ? Zip(gate, up[block.Down.Columns..], (g, u) => g * u) : gate);
    }

    /// <inheritdoc/>
    public ValueTask<double[]> NormalizeAsync(double[] x, double epsilon, int rows = 1)
    {
        var (result, width) = (new double[x.Length], x.Length / rows);
        for (var start = 0; start < x.Length; start += width)
        {
            var squares = 0.0;
            for (var i = start; i < start + width; i++) squares += x[i] * x[i];
            var scale = 1 / Math.Sqrt(squares / width + epsilon);
            for (var i = start; i < start + width; i++) result[i] = x[i] * scale;
        }
        return Done(result);
    }

    /// <inheritdoc/>
    public ValueTask<double[]> CapAsync(double[] x, double cap) => Done(Array.ConvertAll(x, value => ScalarFunctions.Cap(value, cap)));

    /// <inheritdoc/>
    public ValueTask<double[]> CenterAsync(double[] x)
    {
        var mean = x.Average();
        return Done(Array.ConvertAll(x, value => value - mean));
    }

    /// <inheritdoc/>
    public ValueTask<double[]> RotateAsync(double[] x, RotaryTable table, int position)
    {
        var rotated = new double[x.Length];
        for (var element = 0; element < table.HeadSize; element++)
        {
            var (cosine, sine, partner) = table.At(position, element);
            for (var head = 0; head < x.Length; head += table.HeadSize) rotated[head + element] = x[head + element] * cosine + x[head + partner] * sine;
        }
        return Done(rotated);
    }

    /// <inheritdoc/>
    public ValueTask StoreAsync(int layer, double[] key, double[] value)
    {
        Append(layer, key, value);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<double[]> AttendAsync(int layer, double[] query, double[] key, double[] value)
    {
        Append(layer, key, value);
        return Done(Mix(layer, Softmax(Scores(layer, query), _model.Heads)));
    }

    private void Append(int layer, double[] key, double[] value)
    {
        _cache[layer].Add((key, value));
        if (_model.Blocks[layer].Attention.First(_cache[layer].Count) > 0) _cache[layer].RemoveAt(0);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A temperature without a source of uniform numbers.</exception>
    public ValueTask<double[]> SampleAsync(double[] logits, int count, double temperature, int topK = 0)
    {
        if (temperature <= 0) return Done([ReferenceModel.Greedy(logits.AsSpan(0, count))]);
        if (uniform is null) throw new InvalidOperationException("sampling at a temperature needs a source of uniform numbers");
        var kept = topK > 0 ? Enumerable.Range(0, count).OrderByDescending(i => logits[i]).Take(topK).ToArray() : [.. Enumerable.Range(0, count)];
        // Gumbel noise: −ln(−ln u); the largest of logit/τ + noise is a sample of the softmax.
        var noisy = Array.ConvertAll(kept, i => logits[i] / temperature - Math.Log(-Math.Log(uniform())));
        return Done([kept[ReferenceModel.Greedy(noisy)]]);
    }

    /// <summary>softmax along each of the <paramref name="rows"/> equal rows of <paramref name="scores"/>.</summary>
    public static double[] Softmax(double[] scores, int rows)
    {
        var result = new double[scores.Length];
        var length = scores.Length / rows;
        for (var row = 0; row < rows; row++)
        {
            var from = scores.AsSpan(row * length, length);
            var to = result.AsSpan(row * length, length);
            var (maximum, sum) = (double.NegativeInfinity, 0.0);
            foreach (var score in from) maximum = Math.Max(maximum, score);
            for (var i = 0; i < length; i++) sum += to[i] = Math.Exp(from[i] - maximum);
            foreach (ref var weight in to) weight /= sum;
        }
        return result;
    }

    private double[] Scores(int layer, double[] query)
    {
        var (cache, size) = (_cache[layer], _model.HeadSize);
        var scores = new double[_model.Heads * cache.Count];
        for (var head = 0; head < _model.Heads; head++)
            for (var t = 0; t < cache.Count; t++)
                scores[head * cache.Count + t] = MatrixProduct.Dot(query.AsSpan(head * size, size), cache[t].Key.AsSpan(KeyValueHead(head) * size, size));
        return _model.AttentionCap > 0 ? Array.ConvertAll(scores, score => ScalarFunctions.Cap(score, _model.AttentionCap)) : scores;
    }

    private double[] Mix(int layer, double[] weights)
    {
        var (cache, size) = (_cache[layer], _model.HeadSize);
        var mixed = new double[_model.Heads * size];
        for (var head = 0; head < _model.Heads; head++)
            for (var t = 0; t < cache.Count; t++)
            {
                var weight = weights[head * cache.Count + t];
                var value = cache[t].Value.AsSpan(KeyValueHead(head) * size, size);
                for (var i = 0; i < size; i++) mixed[head * size + i] += weight * value[i];
            }
        return mixed;
    }

    private int KeyValueHead(int head) => head / (_model.Heads / _model.KeyValueHeads);

    private static double[] Zip(double[] x, double[] y, Func<double, double, double> combine)
    {
        if (x.Length != y.Length) throw new ArgumentException($"{x.Length} elements against {y.Length}", nameof(y));
        var z = new double[x.Length];
        for (var i = 0; i < z.Length; i++) z[i] = combine(x[i], y[i]);
        return z;
    }

    private static ValueTask<double[]> Done(double[] value) => ValueTask.FromResult(value);
}
