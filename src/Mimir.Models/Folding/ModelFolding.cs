using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>
/// The public result of folding: which secret matrices a model of some configuration has. The weights that go into them are
/// <see cref="FoldedModel"/>'s; the rules are these.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>norm gain γ into the columns of the next matrix: W·(γ∘n) = (W·diag γ)·n;</item>
/// <item>LayerNorm bias β into the next bias: W·(γ∘n + β) + b = (W·diag γ)·n + (W·β + b);</item>
/// <item>1/sqrt(headSize) into the query rows and their bias, or into the gains of normalised query heads;</item>
/// <item>gains that no matrix follows (of heads, and behind attention and MLP) stay rows;</item>
/// <item>a factor of the embeddings into them, and out of the gain of a tied head's norm;</item>
/// <item>query, key, value stacked; gate and up stacked, gate first;</item>
/// <item>LayerNorm models are centred: with every write to the residual stream of mean zero, x − mean(x) = x, so LayerNorm's
/// (x − mean)/sqrt(var + ε) is RMSNorm's x/sqrt(mean(x²) + ε) exactly. The mean over outputs is removed from the attention's and
/// the MLP's last matrix and bias and from every learned position; the token embedding is centred at run time.</item>
/// <item>the final norm goes into an untied head; a tied head keeps the embedding as it is, and gain and bias become two rows.</item>
/// </list>
/// </remarks>
public static class ModelFolding
{
    /// <summary>The layout that every model of <paramref name="config"/>'s shape folds to.</summary>
    public static ModelLayout LayoutOf(ModelConfig config)
    {
        var matrices = new List<SecretMatrix>();
        SecretMatrix Add(string name, int rows, int columns, bool bias, MatrixUse use)
        {
            matrices.Add(new SecretMatrix(matrices.Count, name, rows, columns, bias, use));
            return matrices[^1];
        }

        int hidden = config.HiddenSize, inner = config.IntermediateSize, vocabulary = config.VocabularySize;
        var (layerNorm, gated) = (config.LayerNorm, config.GatedMlp);
        IReadOnlyList<RotaryTable> rotaries = config.Rotaries.Count == 0 && config.RotaryBase is { } b ? [new RotaryTable(config.HeadSize, b)] : config.Rotaries;
        var (attention, keyValue) = (config.Heads * config.HeadSize, config.KeyValueHeads * config.HeadSize);
        var embedding = Add("embedding", vocabulary, hidden, false,
            config.TiedEmbeddings ? MatrixUse.Lookup | MatrixUse.Product : MatrixUse.Lookup);
        var positions = rotaries.Count == 0 ? Add("positions", config.MaxPositions, hidden, false, MatrixUse.Rows) : null;
        var blocks = new LayerLayout[config.Layers];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new LayerLayout(
                Add($"layers.{i}.qkv", attention + 2 * keyValue, hidden, config.AttentionBias || layerNorm, MatrixUse.Product),
                Add($"layers.{i}.output", hidden, attention, config.OutputBias ?? config.AttentionBias, MatrixUse.Product),
                Add($"layers.{i}.up", gated ? 2 * inner : inner, hidden, config.MlpBias || layerNorm, MatrixUse.Product),
                Add($"layers.{i}.down", hidden, inner, config.MlpBias, MatrixUse.Product))
            {
                Attention = config.Attention.Count > 0 ? config.Attention[i] : rotaries.Count > 0 ? LayerAttention.Plain with { Rotary = 0 } : LayerAttention.Plain,
                HeadGains = config.HeadNorms ? Add($"layers.{i}.head_gains", 1, attention + keyValue, false, MatrixUse.Rows) : null,
                PostGains = config.PostNorms ? Add($"layers.{i}.post_gains", 2, hidden, false, MatrixUse.Rows) : null,
            };
        return new ModelLayout
        {
            HiddenSize = hidden,
            Layers = config.Layers,
            Heads = config.Heads,
            KeyValueHeads = config.KeyValueHeads,
            HeadSize = config.HeadSize,
            IntermediateSize = inner,
            VocabularySize = vocabulary,
            MaxPositions = config.MaxPositions,
            NormEpsilon = config.NormEpsilon,
            Activation = config.Activation,
            GatedMlp = gated,
            Rotaries = rotaries,
            ParallelResidual = config.ParallelResidual,
            AttentionCap = config.AttentionCap,
            LogitsCap = config.LogitsCap,
            Centered = layerNorm,
            Embedding = embedding,
            Positions = positions,
            FinalNorm = config.TiedEmbeddings ? Add("final_norm", 2, hidden, false, MatrixUse.Rows) : null,
            Head = config.TiedEmbeddings ? embedding : Add("head", vocabulary, hidden, layerNorm, MatrixUse.Product),
            Blocks = blocks,
            Matrices = matrices,
        };
    }
}
