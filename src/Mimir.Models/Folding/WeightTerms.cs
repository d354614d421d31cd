using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>What everybody is told about a model's weights before it is shared.</summary>
/// <param name="Public">Every party may know them; the adapter stays secret.</param>
/// <param name="Adapter">
/// Directory of a LoRA adapter, or null. Over public weights its shapes are public: whoever needs the layout only reads its
/// adapter_config.json. Into secret weights their owner merges it, and nobody else hears of it.
/// </param>
public sealed record WeightTerms(bool Public, string? Adapter)
{
    /// <summary>Secret weights, no adapter.</summary>
    public static WeightTerms Secret { get; } = new(false, null);

    /// <summary>The public part of what a model of <paramref name="config"/>'s shape becomes. Reads no weights.</summary>
    /// <exception cref="ModelFormatException">The adapter is not supported, or not for such a model.</exception>
    public ModelLayout LayoutOf(ModelConfig config)
    {
        var layout = ModelFolding.LayoutOf(config);
        if (!Public) return layout;
        if (Adapter is not null) layout = AdapterFolding.LayoutOf(config, layout, AdapterConfig.Read(Adapter));
        return layout.WithPublicWeights();
    }

    /// <summary>The model owner's side of <see cref="LayoutOf"/>.</summary>
    /// <exception cref="ModelFormatException">As above, or the adapter's weights do not fit.</exception>
    public IWeightSource Open(ModelDirectory model)
    {
        if (Adapter is null) return Public ? new PublicWeights(model.Weights) : model.Weights;
        var adapted = new AdaptedModel(model.Config, model.Weights, AdapterConfig.Read(Adapter));
        return Public ? new PublicWeights(adapted) : new MergedModel(model.Weights, adapted);
    }
}
