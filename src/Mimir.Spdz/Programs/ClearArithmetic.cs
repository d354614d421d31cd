using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Numerics.Integers;
using Mimir.Spdz.Masking;

namespace Mimir.Spdz.Programs;

/// <summary>
/// The transformer in the clear, as a party runs it over public tokens with public weights: integers with f fraction bits, products exact, everything else rounded
/// down. No floating-point function but the public cosines that every session uses, so all parties get the same bits. Nothing here is secret or constant-time.
/// </summary>
/// <param name="model">All of its weights are public.</param>
/// <param name="fractionBits">f.</param>
/// <param name="store">Told key and value of every layer as they enter the cache.</param>
internal sealed class ClearArithmetic(PartyModel model, int fractionBits, Action<int, long[], long[]> store) : IArithmetic<long[]>
{
    // As weights of the softmax: their sum is 2^30, so that Σ w·v of 32 bits and more fits.
    private const int WeightBits = 30;
    private const int InnerBits = IntegerFunctions.FractionBits;
    private readonly List<(long[] Key, long[] Value)>[] _cache = [.. Enumerable.Range(0, model.Layout.Layers).Select(_ => new List<(long[], long[])>())];

    public int Length(long[] x) => x.Length;

    public long[] Add(long[] x, long[] y) => Zip(x, y, (a, b) => a + b);

    public long[] Slice(long[] x, int start, int length) => x[start..(start + length)];

    public long[] Row(SecretMatrix table, int row) => Signed(model.Public(table).Row(row).Values.Span);

    /// <summary>The row as the product with a unit vector gives it: n·2^shift, at f bits.</summary>
    public ValueTask<long[]> LookupAsync(SecretMatrix table, long[] index)
    {
        var row = new long[table.Columns];
        model.Public(table).Integers((int)index[0], row);
        return Done(row);
    }

    public ValueTask<long[]> LinearAsync(SecretMatrix w, long[] x) => Done(Rescale(Product(w, x), fractionBits, fractionBits));

    public ValueTask<long[]> MultiplyAsync(long[] x, long[] y) => Done(Zip(x, y, (a, b) => (long)(((Int128)a * b) >> fractionBits)));

    public ValueTask<long[]> FeedForwardAsync(LayerLayout block, long[] x)
    {
        var up = Rescale(Product(block.Up, x), fractionBits, InnerBits);
        var hidden = Array.ConvertAll(up[..block.Down.Columns], Activate);
        if (model.Layout.GatedMlp) hidden = Zip(hidden, up[block.Down.Columns..], IntegerFunctions.Multiply);
        return LinearAsync(block.Down, Array.ConvertAll(hidden, h => h >> (InnerBits - fractionBits)));
    }

    /// <summary>x·⌊2^48/√(mean square + ε)⌋, both at 32 bits.</summary>
    public ValueTask<long[]> NormalizeAsync(long[] x, double epsilon, int rows = 1)
    {
        var (result, width) = (new long[x.Length], x.Length / rows);
        for (var start = 0; start < x.Length; start += width)
        {
            Int128 squares = 0;
            for (var i = start; i < start + width; i++) squares += (Int128)x[i] * x[i];
            var mean = Shift(squares / width, 2 * fractionBits, InnerBits) + (long)Math.ScaleB(epsilon, InnerBits);
            var root = IntegerFunctions.InverseRoot(Math.Max(1, mean));
            for (var i = start; i < start + width; i++) result[i] = IntegerFunctions.Multiply(x[i], root);
        }
        return Done(result);
    }

    /// <summary>Public positions give no logits.</summary>
    public ValueTask<long[]> CapAsync(long[] x, double cap) => throw new NotSupportedException("public positions sample nothing");

    public ValueTask<long[]> CenterAsync(long[] x)
    {
        var mean = (long)(x.Aggregate((Int128)0, (sum, value) => sum + value) / x.Length);
        return Done(Array.ConvertAll(x, value => value - mean));
    }

    public ValueTask<long[]> RotateAsync(long[] x, RotaryTable table, int position)
    {
        var rotated = new long[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var inHead = i % table.HeadSize;
            var (cosine, sine, partner) = table.At(position, inHead);
            rotated[i] = (x[i] * Rounded(cosine) + x[i - inHead + partner] * Rounded(sine)) >> fractionBits;
        }
        return Done(rotated);

        long Rounded(double value) => (long)Math.Round(Math.ScaleB(value, fractionBits));
    }

    public ValueTask StoreAsync(int layer, long[] key, long[] value)
    {
        Append(layer, key, value);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long[]> AttendAsync(int layer, long[] query, long[] key, long[] value)
    {
        Append(layer, key, value);
        var (size, group) = (model.Layout.HeadSize, model.Layout.Heads / model.Layout.KeyValueHeads);
        var mixed = new long[query.Length];
        for (var head = 0; head < model.Layout.Heads; head++)
            Attend(layer, query.AsSpan(head * size, size), head / group * size, mixed.AsSpan(head * size, size));
        return Done(mixed);
    }

    private void Append(int layer, long[] key, long[] value)
    {
        store(layer, key, value);
        _cache[layer].Add((key, value));
        if (model.Layout.Blocks[layer].Attention.First(_cache[layer].Count) > 0) _cache[layer].RemoveAt(0);
    }

    /// <summary>No token is sampled in the clear.</summary>
    public ValueTask<long[]> SampleAsync(long[] logits, int count, double temperature, int topK = 0) => throw new NotSupportedException("public positions sample nothing");

    private void Attend(int layer, ReadOnlySpan<long> query, int start, Span<long> mixed)
    {
        var cache = _cache[layer];
        var scores = new long[cache.Count];
        for (var t = 0; t < scores.Length; t++)
        {
            Int128 score = 0;
            for (var i = 0; i < query.Length; i++) score += (Int128)query[i] * cache[t].Key[start + i];
            scores[t] = Cap(Shift(score, 2 * fractionBits, InnerBits));
        }
        var largest = scores.Max();
        long sum = 0;
        for (var t = 0; t < scores.Length; t++) sum += scores[t] = IntegerFunctions.Exponential(scores[t] - largest);
        for (var i = 0; i < mixed.Length; i++)
        {
            Int128 total = 0;
            for (var t = 0; t < scores.Length; t++) total += (((Int128)scores[t] << WeightBits) / sum) * cache[t].Value[start + i];
            mixed[i] = (long)(total >> WeightBits);
        }
    }

    /// <summary>c·tanh(x/c) = c·(2·sigmoid(2x/c) − 1), the model's cap of scores.</summary>
    private long Cap(long x)
    {
        if (model.Layout.AttentionCap is not (> 0 and var cap)) return x;
        var inner = IntegerFunctions.Multiply(x, (long)Math.Round(Math.ScaleB(2 / cap, InnerBits)));
        return IntegerFunctions.Multiply((long)Math.Round(Math.ScaleB(cap, InnerBits)), 2 * IntegerFunctions.Sigmoid(inner) - (1L << InnerBits));
    }

    private long Activate(long x) => model.Layout.Activation switch
    {
        ScalarFunction.Silu => IntegerFunctions.Silu(x),
        ScalarFunction.Gelu => IntegerFunctions.Gelu(x),
        ScalarFunction.GeluTanh => IntegerFunctions.GeluTanh(x),
        _ => throw new NotSupportedException($"no integer form of {model.Layout.Activation}"),
    };

    /// <summary>W·x + bias at 2f bits, |z| &lt; 2^48.</summary>
    private long[] Product(SecretMatrix w, long[] x)
    {
        var z = new double[w.Rows];
        model.Multiply(new MatrixSlot(w, false), Array.ConvertAll(x, Field.Reduce), 1, z);
        var signed = Signed(z);
        var bias = model.Public(w).Bias.Values.Span;
        for (var i = 0; i < bias.Length; i++) signed[i] += Field.ToSigned(bias[i]) << fractionBits;
        return signed;
    }

    private static long[] Rescale(long[] x, int extra, int to) => Array.ConvertAll(x, value => Shift(value, 2 * extra, to));

    private static long Shift(Int128 x, int from, int to) => (long)(from >= to ? x >> (from - to) : x << (to - from));

    private static long[] Signed(ReadOnlySpan<double> x)
    {
        var result = new long[x.Length];
        for (var i = 0; i < x.Length; i++) result[i] = Field.ToSigned(x[i]);
        return result;
    }

    private static long[] Zip(long[] x, long[] y, Func<long, long, long> combine)
    {
        if (x.Length != y.Length) throw new ArgumentException($"shapes differ: {x.Length} and {y.Length} elements");
        var z = new long[x.Length];
        for (var i = 0; i < z.Length; i++) z[i] = combine(x[i], y[i]);
        return z;
    }

    private static ValueTask<long[]> Done(long[] value) => ValueTask.FromResult(value);
}
