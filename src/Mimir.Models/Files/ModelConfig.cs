using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>
/// What config.json says about a model, in one form for all architectures. Public: it holds no weight.
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

    /// <summary>Rotary tables, the first one with <see cref="RotaryBase"/>; empty: none, or whole heads unscaled.</summary>
    public IReadOnlyList<RotaryTable> Rotaries { get; init; } = [];

    /// <summary>Windows and rotary tables by layer; empty: the whole context and the first table everywhere.</summary>
    public IReadOnlyList<LayerAttention> Attention { get; init; } = [];

    /// <summary>Every query and key head is normalised, with gains.</summary>
    public bool HeadNorms { get; init; }

    /// <summary>There are norms behind attention and MLP too.</summary>
    public bool PostNorms { get; init; }

    /// <summary>Attention and MLP read the same input.</summary>
    public bool ParallelResidual { get; init; }

    /// <summary>Soft cap of the scores, or 0.</summary>
    public double AttentionCap { get; init; }

    /// <summary>Soft cap of the logits, or 0.</summary>
    public double LogitsCap { get; init; }

    /// <summary>Factor of the scores; null: 1/sqrt(head size).</summary>
    public double? QueryScale { get; init; }

    /// <summary>Factor of the embeddings on their way into the residual stream.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>LayerNorm with biases instead of RMSNorm.</summary>
    public bool LayerNorm => Family is ModelFamily.Gpt2 or ModelFamily.GptNeoX;

    /// <summary>The MLP has a gate.</summary>
    public bool GatedMlp => !LayerNorm;

    /// <summary>The head is the token embedding.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>Query, key and value projections have biases (always so for GPT-2), and, unless <see cref="OutputBias"/> says otherwise, the output projection.</summary>
    public required bool AttentionBias { get; init; }

    /// <summary>The output projection has a bias; null: as the others.</summary>
    public bool? OutputBias { get; init; }

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
        return Architecture.Find(json).Parse(json);
    }
}
