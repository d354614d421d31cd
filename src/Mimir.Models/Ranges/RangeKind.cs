namespace Mimir.Models.Ranges;

/// <summary>The numbers of a forward pass that fixed point has to hold.</summary>
public enum RangeKind
{
    /// <summary>Elements that a norm reads: the residual stream, or what a block adds to it.</summary>
    NormInput,

    /// <summary>mean(x²) of what a norm divides.</summary>
    MeanSquare,

    /// <summary>mean(x²) of a query's or key's head before its own norm.</summary>
    HeadMeanSquare,

    /// <summary>Elements of W·x.</summary>
    Product,

    /// <summary>What the MLP's activation is applied to.</summary>
    ActivationInput,

    /// <summary>activation(gate)·up, elementwise.</summary>
    GatedProduct,

    /// <summary>Scores or logits before their soft cap, where the model has one.</summary>
    CappedInput,

    /// <summary>q·K[t] − q·K[0], behind a soft cap: scores of a row relative to its first.</summary>
    RelativeScore,

    /// <summary>Elements of the values in the cache.</summary>
    CachedValue,

    /// <summary>The largest logit less the smallest, behind a soft cap.</summary>
    LogitSpread,
}

/// <summary>What one kind of number at one place was between.</summary>
/// <param name="Kind">Of which kind.</param>
/// <param name="Place">Where: the matrix that makes it, or that reads it: "layers.3.up".</param>
/// <param name="Least">Smallest.</param>
/// <param name="Largest">Largest.</param>
public readonly record struct RangeObservation(RangeKind Kind, string Place, double Least, double Largest);
