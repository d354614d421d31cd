namespace Mimir.Models.Transformers;

/// <summary>A model whose owner shows its weights: the same numbers under a layout that says so.</summary>
public sealed class PublicWeights(IWeightSource weights) : IWeightSource
{
    /// <inheritdoc/>
    public ModelLayout Layout { get; } = weights.Layout.WithPublicWeights();

    /// <inheritdoc/>
    public void Read(SecretMatrix matrix, Span<double> destination) => weights.Read(weights.Layout.Matrices[matrix.Id], destination);
}
