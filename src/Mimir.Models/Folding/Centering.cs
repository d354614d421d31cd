namespace Mimir.Models.Folding;

/// <summary>Removes means, so that what a matrix writes to the residual stream of a LayerNorm model has mean zero.</summary>
internal static class Centering
{
    /// <summary>W ← W − 1·mean over rows, for a row-major matrix of <paramref name="width"/> columns, bias column included.</summary>
    public static void RemoveColumnMeans(Span<double> matrix, int width)
    {
        var rows = matrix.Length / width;
        var means = new double[width];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < width; column++) means[column] += matrix[row * width + column];
        for (var column = 0; column < width; column++) means[column] /= rows;
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < width; column++) matrix[row * width + column] -= means[column];
    }

    /// <summary>Each row of <paramref name="width"/> elements less its mean.</summary>
    public static void RemoveRowMeans(Span<double> matrix, int width)
    {
        for (var start = 0; start < matrix.Length; start += width)
        {
            var row = matrix.Slice(start, width);
            var mean = 0.0;
            foreach (var value in row) mean += value;
            mean /= width;
            foreach (ref var value in row) value -= mean;
        }
    }
}
