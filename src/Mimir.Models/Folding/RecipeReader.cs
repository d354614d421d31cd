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
            else if (part.Order == SourceOrder.Repeated) files.Require(part.Weight, Repeated(recipe, matrix));
            else if (part.Order == SourceOrder.Transposed) files.Require(part.Weight, matrix.Columns, part.Rows);
            else files.Require(part.Weight, RowsOf(part), matrix.Columns);
            if (part.Bias is not null) files.Require(part.Bias, RowsOf(part));
        }
        if (recipe.Gain is not null) files.Require(recipe.Gain, matrix.Columns);
        if (recipe.Shift is not null) files.Require(recipe.Shift, matrix.Columns);
    }

    /// <summary>Writes the folded matrix, rows × <see cref="SecretMatrix.Width"/>, row-major.</summary>
    public static void Read(MatrixRecipe recipe, SecretMatrix matrix, WeightFiles files, Span<double> destination)
    {
        destination.Clear();
        var start = 0;
        foreach (var part in recipe.Parts)
        {
            var rows = destination.Slice(start, part.Rows * (part.Order == SourceOrder.Repeated ? Repeated(recipe, matrix) : matrix.Width));
            if (part.Order == SourceOrder.Transposed) ReadTransposed(part, matrix, files, rows);
            else if (part.Order == SourceOrder.Repeated) ReadRepeated(part, files, rows);
            else ReadRows(part, matrix, files, rows);
            if (part is not { Offset: 0, Factor: 1 })
                foreach (ref var weight in rows) weight = (weight + part.Offset) * part.Factor;
            if (part.Bias is not null) ReadBias(part, matrix, files, rows);
            start += rows.Length;
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
            files.Read(part.Weight, (long)part.First * columns, destination);
            return;
        }
        var buffer = new double[Math.Max(1, ChunkElements / columns) * columns];
        for (var row = 0; row < part.Rows;)
        {
            var count = Math.Min(buffer.Length / columns, part.Rows - row);
            files.Read(part.Weight, (long)(part.First + row) * columns, buffer.AsSpan(0, count * columns));
            for (var i = 0; i < count; i++, row++) buffer.AsSpan(i * columns, columns).CopyTo(destination[(row * width)..]);
        }
        Array.Clear(buffer);
    }

    private static int RowsOf(RecipePart part) => part.Of > 0 ? part.Of : part.Rows;

    /// <summary>Length of the vectors that fill one row together.</summary>
    private static int Repeated(MatrixRecipe recipe, SecretMatrix matrix) => matrix.Columns / recipe.Parts.Sum(p => p.Rows);

    private static void ReadRepeated(RecipePart part, WeightFiles files, Span<double> destination)
    {
        var length = destination.Length / part.Rows;
        files.Read(part.Weight, 0, destination[..length]);
        for (var i = 1; i < part.Rows; i++) destination[..length].CopyTo(destination[(i * length)..]);
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
        var bias = ReadVector(part.Bias!, part.Rows, files, part.First);
        for (var row = 0; row < part.Rows; row++) destination[row * matrix.Width + matrix.Columns] = bias[row];
        Array.Clear(bias);
    }

    /// <summary>The norm before the matrix: gain into the columns, bias into the bias column.</summary>
    internal static void FoldNorm(MatrixRecipe recipe, SecretMatrix matrix, WeightFiles files, Span<double> destination)
    {
        if (recipe.Gain is null) return;
        var gain = ReadVector(recipe.Gain, matrix.Columns, files);
        foreach (ref var value in gain.AsSpan()) value += recipe.GainOffset;
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

    private static double[] ReadVector(string name, int length, WeightFiles files, int first = 0)
    {
        var vector = new double[length];
        files.Read(name, first, vector);
        return vector;
    }
}
