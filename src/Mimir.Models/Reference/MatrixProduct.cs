using System.Numerics;
using System.Runtime.InteropServices;
using Mimir.Models.Transformers;

namespace Mimir.Models.Reference;

/// <summary>Matrix-vector product in float64, vectorised, in parallel when the matrix is large.</summary>
internal static class MatrixProduct
{
    private const long ParallelFrom = 1 << 18;

    /// <summary>z = W·x + b. W: rows × width, row-major, the bias in the last column when the matrix has one.</summary>
    public static double[] Multiply(double[] weights, SecretMatrix w, double[] x)
    {
        var result = new double[w.Rows];
        void Row(int row)
        {
            var line = weights.AsSpan(row * w.Width, w.Width);
            result[row] = Dot(line[..w.Columns], x) + (w.HasBias ? line[w.Columns] : 0);
        }

        if ((long)w.Rows * w.Width < ParallelFrom)
            for (var row = 0; row < w.Rows; row++) Row(row);
        else
            Parallel.For(0, w.Rows, Row);
        return result;
    }

    /// <summary>Σ x_i·y_i, equal lengths.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var a = MemoryMarshal.Cast<double, Vector<double>>(x);
        var b = MemoryMarshal.Cast<double, Vector<double>>(y[..x.Length]);
        var (even, odd) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i + 1 < a.Length; i += 2)
        {
            even += a[i] * b[i];
            odd += a[i + 1] * b[i + 1];
        }
        if (i < a.Length) even += a[i] * b[i];
        var sum = Vector.Sum(even + odd);
        for (var j = a.Length * Vector<double>.Count; j < x.Length; j++) sum += x[j] * y[j];
        return sum;
    }
}
