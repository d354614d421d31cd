using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Shapes;

/// <summary>Shapes of well-known models, for measuring and planning without their weights.</summary>
public static class ModelShapes
{
    private static readonly Dictionary<string, ModelConfig> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gpt2-small"] = Gpt2(layers: 12, hidden: 768, heads: 12),
        ["stories260k"] = Llama(layers: 5, hidden: 64, inner: 172, heads: 8, keyValueHeads: 4, vocabulary: 512, positions: 512, tied: true),
        ["stories15m"] = Llama(layers: 6, hidden: 288, inner: 768, heads: 6, keyValueHeads: 6, vocabulary: 32000, positions: 256, tied: true),
        ["tinyllama-1.1b"] = Llama(layers: 22, hidden: 2048, inner: 5632, heads: 32, keyValueHeads: 4, vocabulary: 32000, positions: 2048, tied: false),
        ["pythia-160m"] = Gpt2(layers: 12, hidden: 768, heads: 12) with
        {
            Family = ModelFamily.GptNeoX, VocabularySize = 50304, MaxPositions = 2048, Activation = ScalarFunction.Gelu, RotaryBase = 10000,
            Rotaries = [new RotaryTable(64, 10000, RotaryTable.Plain(16, 10000), 1)], ParallelResidual = true, TiedEmbeddings = false, BosTokenId = 0, EosTokenIds = [0],
        },
        ["qwen2.5-0.5b"] = Llama(layers: 24, hidden: 896, inner: 4864, heads: 14, keyValueHeads: 2, vocabulary: 151936, positions: 32768, tied: true) with
        {
            Family = ModelFamily.Qwen2, RotaryBase = 1e6, NormEpsilon = 1e-6, AttentionBias = true, OutputBias = false,
        },
        ["qwen3-0.6b"] = Llama(layers: 28, hidden: 1024, inner: 3072, heads: 16, keyValueHeads: 8, vocabulary: 151936, positions: 40960, tied: true) with
        {
            Family = ModelFamily.Qwen3, RotaryBase = 1e6, NormEpsilon = 1e-6, HeadSize = 128, HeadNorms = true,
        },
        ["llama-3.2-1b"] = Llama(layers: 16, hidden: 2048, inner: 8192, heads: 32, keyValueHeads: 8, vocabulary: 128256, positions: 131072, tied: true) with
        {
            RotaryBase = 500000,
        },
        ["gemma-2-2b"] = Llama(layers: 26, hidden: 2304, inner: 9216, heads: 8, keyValueHeads: 4, vocabulary: 256000, positions: 8192, tied: true) with
        {
            Family = ModelFamily.Gemma2, NormEpsilon = 1e-6, HeadSize = 256, Activation = ScalarFunction.GeluTanh, PostNorms = true, AttentionCap = 50, LogitsCap = 30,
            Attention = [.. Enumerable.Range(0, 26).Select(layer => new LayerAttention(layer % 2 == 0 ? 4096 : 0, 0))],
        },
        ["llama-7b"] = Llama(layers: 32, hidden: 4096, inner: 11008, heads: 32, keyValueHeads: 32, vocabulary: 32000, positions: 4096, tied: false),
    };

    /// <summary>The names that <see cref="Find"/> knows, smallest model first.</summary>
    public static IReadOnlyList<string> Names { get; } = 
    [
        "stories260k", "stories15m", "gpt2-small", "pythia-160m", "qwen2.5-0.5b", "qwen3-0.6b", "tinyllama-1.1b", "llama-3.2-1b", "gemma-2-2b", "llama-7b",
    ];

    /// <summary>The shape called <paramref name="name"/>, whatever its case, or written out (<see cref="CustomShape"/>).</summary>
    /// <exception cref="ArgumentException">Unknown; the message lists the known names.</exception>
    public static ModelConfig Find(string name) => Known.TryGetValue(name, out var config) ? config
        : name.StartsWith(CustomShape.Prefix, StringComparison.Ordinal) ? CustomShape.Parse(name)
        : throw new ArgumentException($"unknown model shape '{Printable.OneLine(name, 60)}'; known shapes: {string.Join(", ", Names)}, or {CustomShape.Prefix}layers=…,hidden=…");

    private static ModelConfig Gpt2(int layers, int hidden, int heads) => new()
    {
        Family = ModelFamily.Gpt2,
        HiddenSize = hidden,
        IntermediateSize = 4 * hidden,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = heads,
        HeadSize = hidden / heads,
        VocabularySize = 50257,
        MaxPositions = 1024,
        NormEpsilon = 1e-5,
        Activation = ScalarFunction.GeluTanh,
        RotaryBase = null,
        TiedEmbeddings = true,
        AttentionBias = true,
        MlpBias = true,
        BosTokenId = 50256,
        EosTokenIds = [50256],
    };

    private static ModelConfig Llama(int layers, int hidden, int inner, int heads, int keyValueHeads, int vocabulary, int positions, bool tied) => new()
    {
        Family = ModelFamily.Llama,
        HiddenSize = hidden,
        IntermediateSize = inner,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = keyValueHeads,
        HeadSize = hidden / heads,
        VocabularySize = vocabulary,
        MaxPositions = positions,
        NormEpsilon = 1e-5,
        Activation = ScalarFunction.Silu,
        RotaryBase = 10000,
        TiedEmbeddings = tied,
        AttentionBias = false,
        MlpBias = false,
        BosTokenId = 1,
        EosTokenIds = [2],
    };
}
