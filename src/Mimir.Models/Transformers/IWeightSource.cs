namespace Mimir.Models.Transformers;

/// <summary>The model owner's side: the folded weights, read one tensor at a time so that a large model never has to be in memory whole.</summary>
public interface IWeightSource
{
    /// <summary>The public part.</summary>
    ModelLayout Layout { get; }

    /// <summary>
    /// Writes rows × <see cref="SecretMatrix.Width"/> weights, row-major without padding; the bias, if any, is each row's last element.
    /// Folding is done in float64.
    /// </summary>
    void Read(SecretMatrix matrix, Span<double> destination);
}
