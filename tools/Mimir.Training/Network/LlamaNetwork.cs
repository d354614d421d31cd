using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mimir.Training.Network;

/// <summary>A Llama network in TorchSharp: RMSNorm, rotary grouped-query attention, SwiGLU, tied head; no biases.</summary>
internal sealed class LlamaNetwork : IDisposable
{
    private readonly Dictionary<string, Parameter> _parameters = [];
    private readonly Tensor _cosine;
    private readonly Tensor _sine;

    /// <summary>Random weights: normal with standard deviation 0.5/√fan-in, those that write to the residual stream scaled by 1/√(2·layers).</summary>
    public LlamaNetwork(NetworkShape shape, long seed)
    {
        Shape = shape;
        using Generator generator = new((ulong)seed);
        foreach ((string name, long[] size) in shape.Parameters())
        {
            bool writes = name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal);
            double deviation = 0.5 / Math.Sqrt(size[^1]) / (writes ? Math.Sqrt(2.0 * shape.Layers) : 1);
            _parameters[name] = new Parameter(size.Length == 1 ? ones(size) : randn(size, generator: generator) * deviation);
        }

        (_cosine, _sine) = Rotary(shape);
    }

    /// <summary>The sizes.</summary>
    public NetworkShape Shape { get; }

    /// <summary>All parameters by their Hugging Face names.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters => _parameters;

    /// <summary>
    /// True computes the products with the weights of the blocks in bfloat16, which is half as fast again on processors with AVX512-BF16;
    /// parameters, norms, attention and the head stay in float32. For training only.
    /// </summary>
    public bool Bfloat16Products { get; set; }

    /// <summary>Logits (batch × length × vocabulary) of token ids (batch × length, int64).</summary>
    public Tensor Forward(Tensor tokens, double dropout = 0)
    {
        Parameter embedding = _parameters["model.embed_tokens.weight"];
        Tensor x = embedding.index_select(0, tokens.reshape(-1)).view(tokens.shape[0], tokens.shape[1], Shape.Width);
        for (int layer = 0; layer < Shape.Layers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            x = x + Drop(Attention(Norm(x, prefix + "input_layernorm"), prefix + "self_attn."), dropout);
            x = x + Drop(Mlp(Norm(x, prefix + "post_attention_layernorm"), prefix + "mlp."), dropout);
        }

        return functional.linear(Norm(x, "model.norm"), embedding);
    }

    /// <summary>Overwrites all parameters.</summary>
    public void Load(IReadOnlyDictionary<string, float[]> values)
    {
        using IDisposable frozen = no_grad();
        foreach ((string name, long[] size) in Shape.Parameters())
        {
            using Tensor value = tensor(values[name], size);
            _parameters[name].copy_(value);
        }
    }

    /// <summary>Copies of all parameters.</summary>
    public Dictionary<string, float[]> Save()
    {
        using IDisposable frozen = no_grad();
        return _parameters.ToDictionary(p => p.Key, p => p.Value.data<float>().ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in _parameters.Values)
            parameter.Dispose();
        _cosine.Dispose();
        _sine.Dispose();
    }

    private Tensor Attention(Tensor x, string prefix)
    {
        (long batch, long length) = (x.shape[0], x.shape[1]);
        int repeats = Shape.Heads / Shape.KeyValueHeads;
        Tensor query = Rotate(Split(Project(x, prefix + "q_proj"), Shape.Heads));
        Tensor key = Rotate(Split(Project(x, prefix + "k_proj"), Shape.KeyValueHeads)).repeat_interleave(repeats, 1);
        Tensor value = Split(Project(x, prefix + "v_proj"), Shape.KeyValueHeads).repeat_interleave(repeats, 1);
        Tensor mixed = functional.scaled_dot_product_attention(query, key, value, is_casual: true);
        return Project(mixed.transpose(1, 2).reshape(batch, length, Shape.Width), prefix + "o_proj");
    }

    private Tensor Mlp(Tensor x, string prefix) =>
        Project(functional.silu(Project(x, prefix + "gate_proj")) * Project(x, prefix + "up_proj"), prefix + "down_proj");

    private Tensor Norm(Tensor x, string name) =>
        x * (x.square().mean([-1], keepdim: true) + NetworkShape.NormEpsilon).rsqrt() * _parameters[name + ".weight"];

    private Tensor Project(Tensor x, string name)
    {
        Parameter weight = _parameters[name + ".weight"];
        return Bfloat16Products
            ? functional.linear(x.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16)).to(ScalarType.Float32)
            : functional.linear(x, weight);
    }

    private Tensor Split(Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, Shape.HeadSize).transpose(1, 2);

    /// Hugging Face order: element j turns with element j + headSize/2.
    private Tensor Rotate(Tensor x)
    {
        Tensor[] halves = x.chunk(2, -1);
        Tensor turned = cat([halves[1].neg(), halves[0]], -1);
        long length = x.shape[2];
        return x * _cosine.narrow(0, 0, length) + turned * _sine.narrow(0, 0, length);
    }

    private static Tensor Drop(Tensor x, double probability) => probability > 0 ? functional.dropout(x, probability) : x;

    private static (Tensor Cosine, Tensor Sine) Rotary(NetworkShape shape)
    {
        var cosine = new float[shape.Context * shape.HeadSize];
        var sine = new float[shape.Context * shape.HeadSize];
        for (int position = 0; position < shape.Context; position++)
        {
            for (int i = 0; i < shape.HeadSize; i++)
            {
                int pair = i % (shape.HeadSize / 2);
                double angle = position * Math.Pow(NetworkShape.RotaryBase, -2.0 * pair / shape.HeadSize);
                cosine[(position * shape.HeadSize) + i] = (float)Math.Cos(angle);
                sine[(position * shape.HeadSize) + i] = (float)Math.Sin(angle);
            }
        }

        return (tensor(cosine, [shape.Context, shape.HeadSize]), tensor(sine, [shape.Context, shape.HeadSize]));
    }
}
