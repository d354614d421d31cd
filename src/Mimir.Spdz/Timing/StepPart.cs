namespace Mimir.Spdz.Timing;

/// <summary>What a step's time is spent on; every moment of a session's steps belongs to exactly one.</summary>
public enum StepPart
{
    /// <summary>Between steps: dealt material has not come or is not prepared yet, or clients are awaited.</summary>
    Material,

    /// <summary>The step's own beginning, and local operations before the first of the others.</summary>
    Beginning,

    /// <summary>The row of a secret token.</summary>
    Embedding,

    /// <summary>Linear layers outside the MLP, the head's among them.</summary>
    MatrixProduct,

    /// <summary>Cache rows, scores, softmax and weighted values.</summary>
    Attention,

    /// <summary>The MLP: both matrix products and the activation between them.</summary>
    FeedForward,

    /// <summary>Norms and means.</summary>
    Norm,

    /// <summary>Other products of secrets, and rotations.</summary>
    Multiplication,

    /// <summary>Comparisons of the logits: argmax or sampling.</summary>
    Sampling,

    /// <summary>The check, the release of a token, and the question whether to stop.</summary>
    Check,
}
