using Mimir.Models.Folding;
using Mimir.Services.Hosting;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Services.ModelOwners;

/// <summary>What the model owner shares, and how.</summary>
public sealed record ModelShareSettings : RoleSettings
{
    /// <summary>Directory of the model, in Hugging Face's layout; or <see cref="ShapePrefix"/> and a well-known shape: random weights, to measure.</summary>
    public required string Model { get; init; }

    /// <summary>The words before the name of a shape.</summary>
    public const string ShapePrefix = "shape:";

    /// <summary>Whether the weights are public, and a LoRA adapter.</summary>
    public WeightTerms Weights { get; init; } = WeightTerms.Secret;

    /// <summary>The data key that opens sealed weight files; null when they are not sealed. Not disposed of here.</summary>
    public DataKey? WeightsKey { get; init; }

    /// <summary>Refuses old copies of sealed weight files; null: they are not noticed.</summary>
    public IMonotonicCounter? WeightsCounter { get; init; }

    /// <summary>N.</summary>
    public int Parties { get; init; } = 2;

    /// <summary>MACs on.</summary>
    public bool Active { get; init; } = true;

    /// <summary>f (configuration key <c>fixed_point.scale_bits</c>).</summary>
    public int ScaleBits { get; init; } = 16;
}
