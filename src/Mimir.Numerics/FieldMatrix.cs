using Mimir.Numerics.Kernels;

namespace Mimir.Numerics;

/// <summary>
/// Products of a matrix W: rows × columns, row-major, <c>stride</c> ≥ columns doubles from one row to the next (whatever
/// lies between columns and stride is ignored). W and the vectors must be canonical (see <see cref="Field"/>), results are
/// canonical. Constant time: neither branches nor indexes depend on values. Sums are exact for any number of terms. W is read
/// once, large ones by all threads of the process's <see cref="Threads.ThreadTeam"/>. The destination must not overlap an input. Allocates nothing in steady state.
/// </summary>
public static class FieldMatrix
{
    // A mebibyte: what a second-level cache holds.
    private const int CachedElements = 1 << 17;

    /// <summary>destination = W·x. Cost: rows·columns exact multiply-adds, bound by the read bandwidth of W.</summary>
    /// <param name="w">(rows − 1)·stride + columns elements at least.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Elements between the starts of two rows.</param>
    /// <param name="x">columns elements.</param>
    /// <param name="destination">rows elements.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public static void MultiplyVector(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> x, Span<double> destination) =>
        MultiplyMatrix(w, rows, columns, stride, x, 1, destination);

    /// <summary>destination = Wᵀ·x.</summary>
    /// <param name="w">(rows − 1)·stride + columns elements at least.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Elements between the starts of two rows.</param>
    /// <param name="x">rows elements.</param>
    /// <param name="destination">columns elements.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public static void MultiplyTransposedVector(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> x, Span<double> destination) =>
        MultiplyTransposedMatrix(w, rows, columns, stride, x, 1, destination);

    /// <summary>W times n vectors at once: destination[v] = W·xs[v].</summary>
    /// <param name="w">(rows − 1)·stride + columns elements at least.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Elements between the starts of two rows.</param>
    /// <param name="xs">n × columns, row-major.</param>
    /// <param name="n">Vectors.</param>
    /// <param name="destination">n × rows, row-major.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public static void MultiplyMatrix(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        RequireShapes(w, rows, columns, stride, xs, columns, n, destination, rows);
        MatrixParts.Multiply(Threads.ThreadTeam.Shared, Kernels(rows, columns, n), false, w, rows, columns, stride, xs, n, destination);
    }

    /// <summary>Wᵀ times n vectors at once: destination[v] = Wᵀ·xs[v].</summary>
    /// <param name="w">(rows − 1)·stride + columns elements at least.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Elements between the starts of two rows.</param>
    /// <param name="xs">n × rows, row-major.</param>
    /// <param name="n">Vectors.</param>
    /// <param name="destination">n × columns, row-major.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public static void MultiplyTransposedMatrix(
        ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        RequireShapes(w, rows, columns, stride, xs, rows, n, destination, columns);
        MatrixParts.Multiply(Threads.ThreadTeam.Shared, Kernels(rows, columns, n), true, w, rows, columns, stride, xs, n, destination);
    }

    private static FieldKernels Kernels(int rows, int columns, int n) =>
        n == 1 && (long)rows * columns > CachedElements ? FieldKernels.Streaming : FieldKernels.Best;

    private static void RequireShapes(
        ReadOnlySpan<double> w, int rows, int columns, int stride,
        ReadOnlySpan<double> xs, int inputs, int n, ReadOnlySpan<double> destination, int outputs)
    {
        if (rows < 0 || columns < 0 || n < 0 || stride < columns)
            throw new ArgumentException($"Not a matrix: {rows} rows, {columns} columns, stride {stride}, {n} vectors.");
        long needed = rows == 0 ? 0 : (long)(rows - 1) * stride + columns;
        if (w.Length < needed)
            throw new ArgumentException($"A {rows} × {columns} matrix of stride {stride} needs {needed} elements, w has {w.Length}.");
        if (xs.Length != (long)n * inputs || destination.Length != (long)n * outputs)
            throw new ArgumentException(
                $"{n} vectors of {inputs} elements give {n} of {outputs}; xs has {xs.Length} elements, destination {destination.Length}.");
        if (destination.Overlaps(xs) || destination.Overlaps(w))
            throw new ArgumentException("The destination overlaps an input.");
    }
}
