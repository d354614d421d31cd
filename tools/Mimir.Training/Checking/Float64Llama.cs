using Mimir.Training.Export;
using Mimir.Training.Network;

namespace Mimir.Training.Checking;

/// <summary>
/// A Llama forward pass in float64 straight from an exported directory, one token at a time with a key and value cache. Shares no code with
/// the network that was trained, so that agreement means that the files are right.
/// </summary>
internal sealed class Float64Llama
{
    private readonly Dictionary<string, double[]> _weights;
    private readonly List<double[]>[] _keys;
    private readonly List<double[]>[] _values;
    private int _position;

    /// <summary>Loads a model directory.</summary>
    public Float64Llama(string directory)
    {
        Shape = NetworkShape.ReadConfig(directory);
        _weights = ModelDirectory.ReadWeights(directory).ToDictionary(t => t.Key, t => Array.ConvertAll(t.Value, v => (double)v));
        _keys = [.. Enumerable.Range(0, Shape.Layers).Select(_ => new List<double[]>())];
        _values = [.. Enumerable.Range(0, Shape.Layers).Select(_ => new List<double[]>())];
    }

    /// <summary>The sizes.</summary>
    public NetworkShape Shape { get; }

    /// <summary>Forgets all tokens.</summary>
    public void Reset()
    {
        _position = 0;
        foreach (List<double[]> cache in _keys.Concat(_values))
            cache.Clear();
    }

    /// <summary>Logits after one more token.</summary>
    public double[] Next(int token)
    {
        double[] embedding = _weights["model.embed_tokens.weight"];
        double[] x = embedding[(token * Shape.Width)..((token + 1) * Shape.Width)];
        for (int layer = 0; layer < Shape.Layers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            Add(x, Attend(layer, prefix + "self_attn.", Norm(x, prefix + "input_layernorm")));
            double[] h = Norm(x, prefix + "post_attention_layernorm");
            double[] gate = Multiply(prefix + "mlp.gate_proj", h);
            double[] up = Multiply(prefix + "mlp.up_proj", h);
            for (int i = 0; i < gate.Length; i++)
                up[i] *= gate[i] / (1 + Math.Exp(-gate[i]));
            Add(x, Multiply(prefix + "mlp.down_proj", up));
        }

        _position++;
        return Multiply("model.embed_tokens", Norm(x, "model.norm"));
    }

    private double[] Attend(int layer, string prefix, double[] h)
    {
        int size = Shape.HeadSize;
        double[] query = Turn(Multiply(prefix + "q_proj", h));
        _keys[layer].Add(Turn(Multiply(prefix + "k_proj", h)));
        _values[layer].Add(Multiply(prefix + "v_proj", h));
        var mixed = new double[Shape.Heads * size];
        for (int head = 0; head < Shape.Heads; head++)
        {
            int group = head / (Shape.Heads / Shape.KeyValueHeads);
            double[] score = [.. _keys[layer].Select(key =>
                Dot(query.AsSpan(head * size, size), key.AsSpan(group * size, size)) / Math.Sqrt(size))];
            double largest = score.Max();
            double[] weight = [.. score.Select(s => Math.Exp(s - largest))];
            double total = weight.Sum();
            for (int position = 0; position < weight.Length; position++)
            {
                for (int i = 0; i < size; i++)
                    mixed[(head * size) + i] += weight[position] / total * _values[layer][position][(group * size) + i];
            }
        }

        return Multiply(prefix + "o_proj", mixed);
    }

    private double[] Turn(double[] x)
    {
        int half = Shape.HeadSize / 2;
        for (int head = 0; head < x.Length / Shape.HeadSize; head++)
        {
            for (int j = 0; j < half; j++)
            {
                double angle = _position * Math.Pow(NetworkShape.RotaryBase, -2.0 * j / Shape.HeadSize);
                int at = (head * Shape.HeadSize) + j;
                (double a, double b) = (x[at], x[at + half]);
                x[at] = (a * Math.Cos(angle)) - (b * Math.Sin(angle));
                x[at + half] = (b * Math.Cos(angle)) + (a * Math.Sin(angle));
            }
        }

        return x;
    }

    private double[] Norm(double[] x, string name)
    {
        double[] gain = _weights[name + ".weight"];
        double scale = 1 / Math.Sqrt((Dot(x, x) / x.Length) + NetworkShape.NormEpsilon);
        return [.. x.Select((v, i) => v * scale * gain[i])];
    }

    private double[] Multiply(string name, double[] x)
    {
        double[] matrix = _weights[name + ".weight"];
        var y = new double[matrix.Length / x.Length];
        for (int row = 0; row < y.Length; row++)
            y[row] = Dot(matrix.AsSpan(row * x.Length, x.Length), x);
        return y;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Add(double[] x, double[] y)
    {
        for (int i = 0; i < x.Length; i++)
            x[i] += y[i];
    }
}
