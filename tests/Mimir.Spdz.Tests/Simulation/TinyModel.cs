using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Reference;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>
/// Models small enough that a whole session takes milliseconds: hidden 16, 2 layers, 2 heads, 37 tokens, 32 positions. Weights are
/// pseudorandom, large enough that greedy decoding has clear margins.
/// </summary>
internal sealed class TinyModel : IWeightSource
{
    private readonly ulong _seed;

    private TinyModel(ModelConfig config, ulong seed) => (_seed, Layout) = (seed, ModelFolding.LayoutOf(config));

    public ModelLayout Layout { get; }

    /// <summary>Grouped-query attention, SwiGLU, rotary positions, tied head.</summary>
    public static TinyModel Llama(int layers = 2) => new(Config(ModelFamily.Llama, layers), 5);

    /// <summary>So many tokens that the first round of the argmax opens bits.</summary>
    public static TinyModel Wide() => new(Config(ModelFamily.Llama, 1) with { VocabularySize = WideVocabulary }, 5);

    /// <summary>Twice <see cref="Gadgets.Larger.Local"/> and 3: the bits of a round do not fill their last byte.</summary>
    public const int WideVocabulary = 4099;

    /// <summary>LayerNorm, learned positions, GELU, biases.</summary>
    public static TinyModel Gpt2(int layers = 2) => new(Config(ModelFamily.Gpt2, layers), 6);

    public int[] Greedy(int[] prompt, int tokens) =>
        [.. ReferenceModel.Generate(this, prompt, tokens, ReferenceModel.Greedy).Tokens];

    public void Read(SecretMatrix matrix, Span<double> destination)
    {
        if (matrix == Layout.FinalNorm)
        {
            destination[..matrix.Width].Fill(1.25);
            destination[matrix.Width..].Fill(0.125);
            return;
        }
        var stream = new SplitMix64(unchecked(_seed ^ ((ulong)(matrix.Id + 1) * 0x9E3779B97F4A7C15)));
        var deviation = matrix.Use.HasFlag(MatrixUse.Lookup) || matrix.Use.HasFlag(MatrixUse.Rows) ? 1 : 1 / Math.Sqrt(matrix.Columns);
        foreach (ref var weight in destination) weight = stream.NextNormal() * deviation;
    }

    private static ModelConfig Config(ModelFamily family, int layers) => new()
    {
        Family = family,
        HiddenSize = 16,
        IntermediateSize = 24,
        Layers = layers,
        Heads = 2,
        KeyValueHeads = family == ModelFamily.Llama ? 1 : 2,
        HeadSize = 8,
        VocabularySize = 37,
        MaxPositions = 32,
        NormEpsilon = 1e-5,
        Activation = family == ModelFamily.Llama ? ScalarFunction.Silu : ScalarFunction.GeluTanh,
        RotaryBase = family == ModelFamily.Llama ? 10000 : null,
        TiedEmbeddings = true,
        AttentionBias = family == ModelFamily.Gpt2,
        MlpBias = family == ModelFamily.Gpt2,
    };
}
