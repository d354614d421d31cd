using System.Collections.Concurrent;
using Mimir.Models.Transformers;

namespace Mimir.Models.Reference;

/// <summary>Keeps every matrix of a weight source in memory as doubles once it has been read. Thread-safe.</summary>
public sealed class ReferenceWeights(IWeightSource source)
{
    private readonly ConcurrentDictionary<int, Lazy<double[]>> _matrices = new();

    /// <summary>The public part of the model.</summary>
    public ModelLayout Layout => source.Layout;

    /// <summary>rows × <see cref="SecretMatrix.Width"/>, row-major. Callers do not change it.</summary>
    public double[] Get(SecretMatrix matrix) => _matrices.GetOrAdd(matrix.Id, _ => new Lazy<double[]>(() =>
    {
        var weights = new double[checked(matrix.Rows * matrix.Width)];
        source.Read(matrix, weights);
        return weights;
    })).Value;
}
