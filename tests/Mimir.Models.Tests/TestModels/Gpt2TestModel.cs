namespace Mimir.Models.Tests.TestModels;

/// <summary>A random GPT-2 as Hugging Face stores it, and its forward pass written straight from the original definition, unfolded.</summary>
public sealed class Gpt2TestModel
{
    public const int Hidden = 12, Layers = 2, Heads = 3, Inner = 20, Vocabulary = 17, Positions = 9;
    private const double Epsilon = 1e-5;
    private readonly RandomTensors _tensors;
    private readonly string _prefix;
    private readonly bool _tied;
    private readonly string _activation;

    public Gpt2TestModel(bool tied, string prefix, string activation, int seed)
    {
        (_prefix, _tied, _activation, _tensors) = (prefix, tied, activation, new RandomTensors(seed));
        _tensors.Add($"{prefix}wte.weight", Vocabulary, Hidden);
        _tensors.Add($"{prefix}wpe.weight", Positions, Hidden);
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"{prefix}h.{i}";
            _tensors.Writer.AddBytes($"{layer}.attn.bias", "BOOL", [1, 1, Positions, Positions], new byte[Positions * Positions]);
            foreach (var norm in (string[])["ln_1", "ln_2"])
            {
                _tensors.AddGain($"{layer}.{norm}.weight", Hidden);
                _tensors.Add($"{layer}.{norm}.bias", Hidden);
            }
            Conv($"{layer}.attn.c_attn", Hidden, 3 * Hidden);
            Conv($"{layer}.attn.c_proj", Hidden, Hidden);
            Conv($"{layer}.mlp.c_fc", Hidden, Inner);
            Conv($"{layer}.mlp.c_proj", Inner, Hidden);
        }
        _tensors.AddGain($"{prefix}ln_f.weight", Hidden);
        _tensors.Add($"{prefix}ln_f.bias", Hidden);
        if (!tied) _tensors.Add("lm_head.weight", Vocabulary, Hidden);
    }

    public string Config => $$"""
        {"architectures":["GPT2LMHeadModel"],"n_embd":{{Hidden}},"n_layer":{{Layers}},"n_head":{{Heads}},"n_inner":{{Inner}},
         "n_positions":{{Positions}},"vocab_size":{{Vocabulary}},"layer_norm_epsilon":1e-5,"activation_function":"{{_activation}}",
         "tie_word_embeddings":{{(_tied ? "true" : "false")}}}
        """;

    public void Save(TemporaryDirectory directory)
    {
        directory.Write("config.json", Config);
        directory.Write("model.safetensors", _tensors.ToBytes());
    }

    /// <summary>Logits after the last of <paramref name="tokens"/>, all positions recomputed from scratch.</summary>
    public double[] Forward(int[] tokens)
    {
        var x = new double[tokens.Length][];
        for (var t = 0; t < tokens.Length; t++)
        {
            x[t] = new double[Hidden];
            for (var i = 0; i < Hidden; i++) x[t][i] = Tensor("wte.weight")[tokens[t] * Hidden + i] + Tensor("wpe.weight")[t * Hidden + i];
        }
        for (var layer = 0; layer < Layers; layer++)
        {
            var attention = Attention(layer, [.. x.Select(row => LayerNorm($"h.{layer}.ln_1", row))]);
            for (var t = 0; t < x.Length; t++) x[t] = Plain.Add(x[t], attention[t]);
            for (var t = 0; t < x.Length; t++)
            {
                var inner = Conv1D($"h.{layer}.mlp.c_fc", LayerNorm($"h.{layer}.ln_2", x[t]), Inner);
                x[t] = Plain.Add(x[t], Conv1D($"h.{layer}.mlp.c_proj", [.. inner.Select(v => Plain.Activate(_activation, v))], Hidden));
            }
        }
        return Plain.Linear(_tied ? Tensor("wte.weight") : _tensors.Values["lm_head.weight"], LayerNorm("ln_f", x[^1]));
    }

    private double[][] Attention(int layer, double[][] n)
    {
        var qkv = n.Select(row => Conv1D($"h.{layer}.attn.c_attn", row, 3 * Hidden)).ToArray();
        const int Size = Hidden / Heads;
        var result = new double[n.Length][];
        for (var t = 0; t < n.Length; t++)
        {
            var mixed = new double[Hidden];
            for (var head = 0; head < Heads; head++)
            {
                var scores = Enumerable.Range(0, t + 1)
                    .Select(s => Enumerable.Range(0, Size).Sum(i => qkv[t][head * Size + i] * qkv[s][Hidden + head * Size + i]) / Math.Sqrt(Size)).ToArray();
                var weights = Plain.Softmax(scores);
                for (var i = 0; i < Size; i++) mixed[head * Size + i] = Enumerable.Range(0, t + 1).Sum(s => weights[s] * qkv[s][2 * Hidden + head * Size + i]);
            }
            result[t] = Conv1D($"h.{layer}.attn.c_proj", mixed, Hidden);
        }
        return result;
    }

    private double[] LayerNorm(string name, double[] x)
    {
        var mean = x.Average();
        var variance = x.Average(v => (v - mean) * (v - mean));
        return [.. x.Select((v, i) => (v - mean) / Math.Sqrt(variance + Epsilon) * Tensor($"{name}.weight")[i] + Tensor($"{name}.bias")[i])];
    }

    private double[] Conv1D(string name, double[] x, int outputs)
    {
        var (weight, bias) = (Tensor($"{name}.weight"), Tensor($"{name}.bias"));
        return [.. Enumerable.Range(0, outputs).Select(o => bias[o] + x.Select((v, i) => v * weight[i * outputs + o]).Sum())];
    }

    private double[] Tensor(string name) => _tensors.Values[_prefix + name];

    private void Conv(string name, int inputs, int outputs)
    {
        _tensors.Add($"{name}.weight", inputs, outputs);
        _tensors.Add($"{name}.bias", outputs);
    }
}
