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
        ["llama-7b"] = Llama(layers: 32, hidden: 4096, inner: 11008, heads: 32, keyValueHeads: 32, vocabulary: 32000, positions: 4096, tied: false),
    };

    /// <summary>The names that <see cref="Find"/> knows, smallest model first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["stories260k", "stories15m", "gpt2-small", "tinyllama-1.1b", "llama-7b"];

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
