using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>
/// What config.json says about a model, in one form for both families. Public: it holds no weight.
/// </summary>
public sealed record ModelConfig
{
    /// <summary>Which architecture, and so which tensor names.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Inner width of the MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Elements of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Number of tokens.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest context the model was trained for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Added to the mean square, or to the variance, before the square root.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Activation of the MLP.</summary>
    public required ScalarFunction Activation { get; init; }

    /// <summary>Base of the rotary embedding; null for learned positions.</summary>
    public required double? RotaryBase { get; init; }

    /// <summary>The head is the token embedding.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>Query, key, value and output projections have biases (always so for GPT-2).</summary>
    public required bool AttentionBias { get; init; }

    /// <summary>The MLP's projections have biases (always so for GPT-2).</summary>
    public required bool MlpBias { get; init; }

    /// <summary>bos_token_id, if given.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>eos_token_id: none, one or several.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Reads the file config.json at <paramref name="path"/>.</summary>
    /// <exception cref="ModelFormatException">Missing, damaged, or a model that Mimir does not run; names the key and its value.</exception>
    public static ModelConfig Read(string path) => Parse(JsonFile.Read(path, limit: 10_000_000));

    /// <summary>Interprets the object in a config.json.</summary>
    /// <exception cref="ModelFormatException">As <see cref="Read"/>.</exception>
    public static ModelConfig Parse(JsonFields json)
    {
        if (json.Find("quantization_config") is { } quantization)
            throw json.Error("quantization_config", quantization, "unquantised weights in F32, F16 or BF16");
        return FamilyOf(json) switch
        {
            ModelFamily.Llama => LlamaConfig.Parse(json),
            _ => Gpt2Config.Parse(json),
        };
    }

    private static ModelFamily FamilyOf(JsonFields json)
    {
        const string Supported = "one of LlamaForCausalLM, MistralForCausalLM, GPT2LMHeadModel";
        var architecture = json.Array("architectures").Select(a => json.TextOf(a, "architectures")).FirstOrDefault();
        switch (architecture ?? json.Text("model_type"))
        {
            case "LlamaForCausalLM" or "MistralForCausalLM" or "llama" or "mistral":
                return ModelFamily.Llama;
            case "GPT2LMHeadModel" or "gpt2":
                return ModelFamily.Gpt2;
            case null:
                throw json.Error($"key 'architectures' is missing; Mimir needs {Supported}");
            default:
                var key = architecture is null ? "model_type" : "architectures";
                throw json.Error(key, json.Require(key), Supported);
        }
    }
}
