using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Folding;

/// <summary>Carries out a <see cref="MatrixRecipe"/> in float64, one matrix at a time.</summary>
internal static class RecipeReader
{
    private const int ChunkElements = 1 << 17;

    /// <summary>Checks that every tensor of the recipe is there with the shape that the configuration asks for. Reads no weights.</summary>
    public static void Require(MatrixRecipe recipe, SecretMatrix matrix, WeightFiles files)
    {
        foreach (var part in recipe.Parts)
        {
            if (part.Order == SourceOrder.Vector) files.Require(part.Weight, matrix.Columns);
            else if (part.Order == SourceOrder.Transposed) files.Require(part.Weight, matrix.Columns, part.Rows);
            else files.Require(part.Weight, part.Rows, matrix.Columns);
            if (part.Bias is not null) files.Require(part.Bias, part.Rows);
        }
        if (recipe.Gain is not null) files.Require(recipe.Gain, matrix.Columns);
        if (recipe.Shift is not null) files.Require(recipe.Shift, matrix.Columns);
    }

    /// <summary>Writes the folded matrix, rows × <see cref="SecretMatrix.Width"/>, row-major.</summary>
    public static void Read(MatrixRecipe recipe, SecretMatrix matrix, WeightFiles files, Span<double> destination)
    {
        destination.Clear();
        var firstRow = 0;
        foreach (var part in recipe.Parts)
        {
            var rows = destination.Slice(firstRow * matrix.Width, part.Rows * matrix.Width);
            if (part.Order == SourceOrder.Transposed) ReadTransposed(part, matrix, files, rows);
            else ReadRows(part, matrix, files, rows);
            if (part.Bias is not null) ReadBias(part, matrix, files, rows);
            firstRow += part.Rows;
        }
        FoldNorm(recipe, matrix, files, destination);
        FoldOutputs(recipe, matrix.Width, destination);
        if (recipe.CenterRows) Centering.RemoveRowMeans(destination, matrix.Width);
    }

    /// <summary>What is done to outputs: the queries' factor and centring.</summary>
    internal static void FoldOutputs(MatrixRecipe recipe, int width, Span<double> destination)
    {
        foreach (ref var weight in destination[..(recipe.ScaledRows * width)]) weight *= recipe.Scale;
        if (recipe.CenterOutput) Centering.RemoveColumnMeans(destination, width);
    }

    private static void ReadRows(RecipePart part, SecretMatrix matrix, WeightFiles files, Span<double> destination)
    {
        var (columns, width) = (matrix.Columns, matrix.Width);
        if (width == columns)
        {
            files.Read(part.Weight, 0, destination);
            return;
        }
        var buffer = new double[Math.Max(1, ChunkElements / columns) * columns];
        for (var row = 0; row < part.Rows;)
        {
            var count = Math.Min(buffer.Length / columns, part.Rows - row);
            files.Read(part.Weight, (long)row * columns, buffer.AsSpan(0, count * columns));
            for (var i = 0; i < count; i++, row++) buffer.AsSpan(i * columns, columns).CopyTo(destination[(row * width)..]);
        }
        Array.Clear(buffer);
    }

    private static void ReadTransposed(RecipePart part, SecretMatrix matrix, WeightFiles files, Span<double> destination)
    {
        var width = matrix.Width;
        var buffer = new double[Math.Max(1, ChunkElements / part.Rows) * part.Rows];
        for (var column = 0; column < matrix.Columns;)
        {
            var count = Math.Min(buffer.Length / part.Rows, matrix.Columns - column);
            files.Read(part.Weight, (long)column * part.Rows, buffer.AsSpan(0, count * part.Rows));
            for (var row = 0; row < part.Rows; row++)
                for (var i = 0; i < count; i++) destination[row * width + column + i] = buffer[i * part.Rows + row];
            column += count;
        }
        Array.Clear(buffer);
    }

    private static void ReadBias(RecipePart part, SecretMatrix matrix, WeightFiles files, Span<double> destination)
    {
        var bias = ReadVector(part.Bias!, part.Rows, files);
        for (var row = 0; row < part.Rows; row++) destination[row * matrix.Width + matrix.Columns] = bias[row];
        Array.Clear(bias);
    }

    /// <summary>The norm before the matrix: gain into the columns, bias into the bias column.</summary>
    internal static void FoldNorm(MatrixRecipe recipe, SecretMatrix matrix, WeightFiles files, Span<double> destination)
    {
        if (recipe.Gain is null) return;
        var gain = ReadVector(recipe.Gain, matrix.Columns, files);
        var shift = recipe.Shift is null ? null : ReadVector(recipe.Shift, matrix.Columns, files);
        for (var row = 0; row < matrix.Rows; row++)
        {
            var weights = destination.Slice(row * matrix.Width, matrix.Width);
            var moved = 0.0;
            for (var column = 0; column < matrix.Columns; column++)
            {
                if (shift is not null) moved += weights[column] * shift[column];
                weights[column] *= gain[column];
            }
            if (shift is not null) weights[matrix.Columns] += moved;
        }
        Array.Clear(gain);
        if (shift is not null) Array.Clear(shift);
    }

    private static double[] ReadVector(string name, int length, WeightFiles files)
    {
        var vector = new double[length];
        files.Read(name, 0, vector);
        return vector;
    }
}
