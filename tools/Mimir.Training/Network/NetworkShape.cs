using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mimir.Training.Network;

/// <summary>The sizes of a Llama network with tied embeddings.</summary>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="Width">Residual stream.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Heads">Query heads; divides <paramref name="Width"/>.</param>
/// <param name="KeyValueHeads">Key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="Inner">Inner width of the gated MLP.</param>
/// <param name="Context">Longest sequence.</param>
internal sealed record NetworkShape(int Vocabulary, int Width, int Layers, int Heads, int KeyValueHeads, int Inner, int Context)
{
    /// <summary>Added to the mean square in RMSNorm.</summary>
    public const double NormEpsilon = 1e-5;

    /// <summary>Base of the rotary position embedding.</summary>
    public const double RotaryBase = 10000;

    /// <summary>Elements of one head.</summary>
    public int HeadSize => Width / Heads;

    /// <summary>Names, in the Hugging Face layout, and shapes of all parameters.</summary>
    public IEnumerable<(string Name, long[] Size)> Parameters()
    {
        yield return ("model.embed_tokens.weight", [Vocabulary, Width]);
        for (int layer = 0; layer < Layers; layer++)
        {
            string prefix = $"model.layers.{layer}.";
            yield return (prefix + "input_layernorm.weight", [Width]);
            yield return (prefix + "self_attn.q_proj.weight", [Heads * HeadSize, Width]);
            yield return (prefix + "self_attn.k_proj.weight", [KeyValueHeads * HeadSize, Width]);
            yield return (prefix + "self_attn.v_proj.weight", [KeyValueHeads * HeadSize, Width]);
            yield return (prefix + "self_attn.o_proj.weight", [Width, Heads * HeadSize]);
            yield return (prefix + "post_attention_layernorm.weight", [Width]);
            yield return (prefix + "mlp.gate_proj.weight", [Inner, Width]);
            yield return (prefix + "mlp.up_proj.weight", [Inner, Width]);
            yield return (prefix + "mlp.down_proj.weight", [Width, Inner]);
        }

        yield return ("model.norm.weight", [Width]);
    }

    /// <summary>Number of parameters.</summary>
    public long ParameterCount => Parameters().Sum(p => p.Size.Aggregate(1L, (a, b) => a * b));

    /// <summary>Writes <c>config.json</c>.</summary>
    public void WriteConfig(string directory)
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["hidden_size"] = Width,
            ["intermediate_size"] = Inner,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = KeyValueHeads,
            ["vocab_size"] = Vocabulary,
            ["max_position_embeddings"] = Context,
            ["rms_norm_eps"] = NormEpsilon,
            ["rope_theta"] = RotaryBase,
            ["hidden_act"] = "silu",
            ["tie_word_embeddings"] = true,
            ["bos_token_id"] = Tokenization.Vocabulary.BeginOfSequence,
            ["eos_token_id"] = Tokenization.Vocabulary.EndOfSequence,
            ["torch_dtype"] = "float16",
            ["attention_bias"] = false,
            ["mlp_bias"] = false,
        };
        File.WriteAllText(
            Path.Combine(directory, "config.json"),
            config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>Reads what <see cref="WriteConfig"/> wrote.</summary>
    public static NetworkShape ReadConfig(string directory)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "config.json")));
        int Number(string key) => document.RootElement.GetProperty(key).GetInt32();
        return new NetworkShape(
            Number("vocab_size"), Number("hidden_size"), Number("num_hidden_layers"), Number("num_attention_heads"),
            Number("num_key_value_heads"), Number("intermediate_size"), Number("max_position_embeddings"));
    }
}
