namespace Mimir.Models.Transformers;

/// <summary>
/// Everything public about a folded model: its architecture and the shapes of its tensors, in the one order that
/// model owner, dealer and parties all use. Contains no weight.
/// </summary>
public sealed record ModelLayout
{
    /// <summary>Width of the residual stream, k.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Elements of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Inner width of the MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of tokens.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest context the model was trained for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Added to the mean square before the square root.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Activation of the MLP.</summary>
    public required ScalarFunction Activation { get; init; }

    /// <summary>SwiGLU (gate and up stacked in one matrix) or a plain two-layer MLP.</summary>
    public required bool GatedMlp { get; init; }

    /// <summary>The rotary embeddings that blocks use (<see cref="LayerAttention.Rotary"/>); none for learned positions.</summary>
    public required IReadOnlyList<RotaryTable> Rotaries { get; init; }

    /// <summary>Base of the first rotary embedding, or null for learned positions; for people.</summary>
    public double? RotaryBase => Rotaries.Count > 0 ? Rotaries[0].Base : null;

    /// <summary>Attention and MLP read the same normalised input and are added to the residual stream together.</summary>
    public bool ParallelResidual { get; init; }

    /// <summary>c of the scores' soft cap c·tanh(score/c), or 0 for none.</summary>
    public double AttentionCap { get; init; }

    /// <summary>c of the logits' soft cap c·tanh(logit/c), or 0 for none.</summary>
    public double LogitsCap { get; init; }

    /// <summary>
    /// LayerNorm models: everything that writes to the residual stream was centred at import, except the embedding, which is centred
    /// at run time because a tied head must stay as it is.
    /// </summary>
    public required bool Centered { get; init; }

    /// <summary>Token embeddings: vocabulary × hidden. Also the head when <see cref="Head"/> is the same matrix.</summary>
    public required SecretMatrix Embedding { get; init; }

    /// <summary>Learned positions (maxPositions × hidden), or null.</summary>
    public required SecretMatrix? Positions { get; init; }

    /// <summary>Final norm of a tied model: row 0 the gain, row 1 the bias (zero without one); null when folded into an untied head.</summary>
    public required SecretMatrix? FinalNorm { get; init; }

    /// <summary>vocabulary × hidden.</summary>
    public required SecretMatrix Head { get; init; }

    /// <summary>One entry per block.</summary>
    public required IReadOnlyList<LayerLayout> Blocks { get; init; }

    /// <summary>All tensors by id, each once.</summary>
    public required IReadOnlyList<SecretMatrix> Matrices { get; init; }

    /// <summary>Low-rank adapters, at most one per matrix of a block, in the order of what they adapt.</summary>
    public IReadOnlyList<AdapterLayout> Adapters { get; init; } = [];

    /// <summary>Elements of all tensors together, padding not counted.</summary>
    public long Parameters => Matrices.Sum(m => (long)m.Rows * m.Width);
}

/// <summary>The secret matrices of one block; norm gains and biases are folded into them.</summary>
/// <param name="QueryKeyValue">(heads + 2·kvHeads)·headSize × hidden; query rows carry 1/sqrt(headSize) unless heads are normalised.</param>
/// <param name="Output">hidden × heads·headSize.</param>
/// <param name="Up">Gated: 2·intermediate × hidden, gate rows first; else intermediate × hidden.</param>
/// <param name="Down">hidden × intermediate.</param>
public sealed record LayerLayout(SecretMatrix QueryKeyValue, SecretMatrix Output, SecretMatrix Up, SecretMatrix Down)
{
    /// <summary>What this block attends to, and how positions enter.</summary>
    public LayerAttention Attention { get; init; } = LayerAttention.Plain;

    /// <summary>
    /// Gains of the norms of every query and key head, 1 × (heads + kvHeads)·headSize, the queries' with 1/sqrt(headSize); null: heads are not normalised.
    /// </summary>
    public SecretMatrix? HeadGains { get; init; }

    /// <summary>Gains of the norms behind attention (row 0) and MLP (row 1), 2 × hidden; null: there are none.</summary>
    public SecretMatrix? PostGains { get; init; }

    /// <summary>All tensors of the block, in the order of their ids.</summary>
    public IEnumerable<SecretMatrix> Matrices
    {
        get
        {
            yield return QueryKeyValue;
            yield return Output;
            yield return Up;
            yield return Down;
            if (HeadGains is not null) yield return HeadGains;
            if (PostGains is not null) yield return PostGains;
        }
    }
}
