namespace Mimir.Models.Ranges;

/// <summary>The numbers of a forward pass that fixed point has to hold.</summary>
public enum RangeKind
{
    /// <summary>Elements of the residual stream.</summary>
    Residual,

    /// <summary>mean(x²) of what a norm divides.</summary>
    MeanSquare,

    /// <summary>Elements of W·x.</summary>
    Product,

    /// <summary>What the MLP's activation is applied to.</summary>
    ActivationInput,

    /// <summary>activation(gate)·up, elementwise.</summary>
    GatedProduct,

    /// <summary>q·K[t] − q·K[0]: scores of a row relative to its first.</summary>
    RelativeScore,

    /// <summary>Elements of the values in the cache.</summary>
    CachedValue,

    /// <summary>The largest logit less the smallest.</summary>
    LogitSpread,
}

/// <summary>What one kind of number at one place was between.</summary>
/// <param name="Kind">Of which kind.</param>
/// <param name="Place">Where: the matrix that makes it, or that reads it: "layers.3.up".</param>
/// <param name="Least">Smallest.</param>
/// <param name="Largest">Largest.</param>
public readonly record struct RangeObservation(RangeKind Kind, string Place, double Least, double Largest);
