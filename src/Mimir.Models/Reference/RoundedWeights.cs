using Mimir.Models.Transformers;
using Mimir.Numerics;

namespace Mimir.Models.Reference;

/// <summary>
/// What the parties compute with when weights are public: matrices for products and look-ups rounded to 16 bits per weight
/// (<see cref="RoundedMatrix"/>), biases and the small tables of rows to f fraction bits. Secret tensors are given as they are.
/// </summary>
public sealed class RoundedWeights(IWeightSource weights, int fractionBits) : IWeightSource
{
    /// <inheritdoc/>
    public ModelLayout Layout => weights.Layout;

    /// <inheritdoc/>
    public void Read(SecretMatrix matrix, Span<double> destination)
    {
        weights.Read(matrix, destination);
        if (!matrix.IsPublic) return;
        var rounded = new short[matrix.Columns];
        for (var row = 0; row < matrix.Rows; row++)
        {
            var line = destination.Slice(row * matrix.Width, matrix.Width);
            var shift = 0;
            if (matrix.Use != MatrixUse.Rows) shift = RoundedMatrix.RoundRow(line[..matrix.Columns], fractionBits, rounded);
            for (var i = 0; i < line.Length; i++)
                line[i] = matrix.Use != MatrixUse.Rows && i < matrix.Columns
                    ? Math.ScaleB(rounded[i], shift - fractionBits)
                    : Math.ScaleB(Math.Round(Math.ScaleB(line[i], fractionBits)), -fractionBits);
        }
    }
}
