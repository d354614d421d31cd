namespace Mimir.Models.Tests.TestModels;

/// <summary>
/// A random Llama as Hugging Face stores it, with grouped-query attention and optional biases, and its forward pass written straight
/// from the original definition, unfolded.
/// </summary>
public sealed class LlamaTestModel
{
    public const int Hidden = 12, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadSize = 6, Inner = 20, Vocabulary = 17, Positions = 9;
    private const double Epsilon = 1e-5, Theta = 500;
    private readonly RandomTensors _tensors;
    private readonly bool _tied, _attentionBias, _mlpBias;

    public LlamaTestModel(bool tied, bool attentionBias, bool mlpBias, int seed)
    {
        (_tied, _attentionBias, _mlpBias, _tensors) = (tied, attentionBias, mlpBias, new RandomTensors(seed));
        _tensors.Add("model.embed_tokens.weight", Vocabulary, Hidden);
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"model.layers.{i}";
            _tensors.AddGain($"{layer}.input_layernorm.weight", Hidden);
            _tensors.AddGain($"{layer}.post_attention_layernorm.weight", Hidden);
            Linear($"{layer}.self_attn.q_proj", Heads * HeadSize, Hidden, attentionBias);
            Linear($"{layer}.self_attn.k_proj", KeyValueHeads * HeadSize, Hidden, attentionBias);
            Linear($"{layer}.self_attn.v_proj", KeyValueHeads * HeadSize, Hidden, attentionBias);
            Linear($"{layer}.self_attn.o_proj", Hidden, Heads * HeadSize, attentionBias);
            Linear($"{layer}.mlp.gate_proj", Inner, Hidden, mlpBias);
            Linear($"{layer}.mlp.up_proj", Inner, Hidden, mlpBias);
            Linear($"{layer}.mlp.down_proj", Hidden, Inner, mlpBias);
        }
        _tensors.AddGain("model.norm.weight", Hidden);
        if (!tied) _tensors.Add("lm_head.weight", Vocabulary, Hidden);
    }

    public string Config => $$"""
        {"architectures":["LlamaForCausalLM"],"hidden_size":{{Hidden}},"intermediate_size":{{Inner}},"num_hidden_layers":{{Layers}},
         "num_attention_heads":{{Heads}},"num_key_value_heads":{{KeyValueHeads}},"head_dim":{{HeadSize}},"vocab_size":{{Vocabulary}},
         "max_position_embeddings":{{Positions}},"rms_norm_eps":1e-5,"rope_theta":500.0,"tie_word_embeddings":{{Json(_tied)}},
         "attention_bias":{{Json(_attentionBias)}},"mlp_bias":{{Json(_mlpBias)}}}
        """;

    public void Save(TemporaryDirectory directory)
    {
        directory.Write("config.json", Config);
        directory.Write("model.safetensors", _tensors.ToBytes());
    }

    /// <summary>Logits after the last of <paramref name="tokens"/>, all positions recomputed from scratch.</summary>
    public double[] Forward(int[] tokens)
    {
        var embedding = _tensors.Values["model.embed_tokens.weight"];
        var x = tokens.Select(t => embedding[(t * Hidden)..((t + 1) * Hidden)]).ToArray();
        for (var i = 0; i < Layers; i++)
        {
            var layer = $"model.layers.{i}";
            var attention = Attention(layer, [.. x.Select(row => Norm($"{layer}.input_layernorm", row))]);
            for (var t = 0; t < x.Length; t++)
            {
                x[t] = Plain.Add(x[t], attention[t]);
                var n = Norm($"{layer}.post_attention_layernorm", x[t]);
                var (gate, up) = (Project($"{layer}.mlp.gate_proj", n), Project($"{layer}.mlp.up_proj", n));
                x[t] = Plain.Add(x[t], Project($"{layer}.mlp.down_proj", [.. gate.Select((g, j) => Plain.Activate("silu", g) * up[j])]));
            }
        }
        return Plain.Linear(_tied ? embedding : _tensors.Values["lm_head.weight"], Norm("model.norm", x[^1]));
    }

    private double[][] Attention(string layer, double[][] n)
    {
        var q = n.Select((row, t) => Rotate(Project($"{layer}.self_attn.q_proj", row), t)).ToArray();
        var k = n.Select((row, t) => Rotate(Project($"{layer}.self_attn.k_proj", row), t)).ToArray();
        var v = n.Select(row => Project($"{layer}.self_attn.v_proj", row)).ToArray();
        var result = new double[n.Length][];
        for (var t = 0; t < n.Length; t++)
        {
            var mixed = new double[Heads * HeadSize];
            for (var head = 0; head < Heads; head++)
            {
                var group = head / (Heads / KeyValueHeads) * HeadSize;
                var weights = Plain.Softmax([.. Enumerable.Range(0, t + 1).Select(s =>
                    Enumerable.Range(0, HeadSize).Sum(i => q[t][head * HeadSize + i] * k[s][group + i]) / Math.Sqrt(HeadSize))]);
                for (var i = 0; i < HeadSize; i++) mixed[head * HeadSize + i] = Enumerable.Range(0, t + 1).Sum(s => weights[s] * v[s][group + i]);
            }
            result[t] = Project($"{layer}.self_attn.o_proj", mixed);
        }
        return result;
    }

    // Hugging Face: x·cos + rotate_half(x)·sin, rotate_half(x) = (−second half, first half).
    private static double[] Rotate(double[] x, int position) => [.. x.Select((value, index) =>
    {
        var (start, i) = (index / HeadSize * HeadSize, index % HeadSize);
        var angle = position / Math.Pow(Theta, 2.0 * (i % (HeadSize / 2)) / HeadSize);
        var other = i < HeadSize / 2 ? -x[start + i + HeadSize / 2] : x[start + i - HeadSize / 2];
        return value * Math.Cos(angle) + other * Math.Sin(angle);
    })];

    private double[] Norm(string name, double[] x)
    {
        var scale = Math.Sqrt(x.Average(v => v * v) + Epsilon);
        return [.. x.Select((v, i) => v / scale * _tensors.Values[$"{name}.weight"][i])];
    }

    private double[] Project(string name, double[] x)
    {
        var y = Plain.Linear(_tensors.Values[$"{name}.weight"], x);
        return _tensors.Values.TryGetValue($"{name}.bias", out var bias) ? Plain.Add(y, bias) : y;
    }

    private void Linear(string name, int outputs, int inputs, bool bias)
    {
        _tensors.Add($"{name}.weight", outputs, inputs);
        if (bias) _tensors.Add($"{name}.bias", outputs);
    }

    private static string Json(bool value) => value ? "true" : "false";
}
