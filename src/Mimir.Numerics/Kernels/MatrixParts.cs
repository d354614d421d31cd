using Mimir.Numerics.Threads;

namespace Mimir.Numerics.Kernels;

/// <summary>A product by a matrix, divided by its outputs: every part computes some of them for all vectors, and reads its share of the matrix.</summary>
internal readonly ref struct MatrixParts(
    FieldKernels kernels, bool transposed, int parts, ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int n,
    Span<double> destination) : IPartedWork
{
    // Outputs of a part: whole cache lines of results, whole passes and tiles of the kernels.
    private const int Unit = 64;

    // Below this much work of a part, waking a thread costs more than it saves: about 20 µs.
    private const long LeastProducts = 1 << 17;

    private readonly ReadOnlySpan<double> _w = w;
    private readonly ReadOnlySpan<double> _xs = xs;
    private readonly Span<double> _destination = destination;

    private int Outputs => transposed ? columns : rows;

    /// <summary>destination[v] = W·xs[v] or Wᵀ·xs[v], by <paramref name="team"/>; in how many parts.</summary>
    public static int Multiply(
        ThreadTeam team, FieldKernels kernels, bool transposed, ReadOnlySpan<double> w, int rows, int columns, int stride, ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        var parts = team.Parts((long)rows * columns * n, LeastProducts);
        MatrixParts work = new(kernels, transposed, parts, w, rows, columns, stride, xs, n, destination);
        team.Run(ref work, parts);
        return parts;
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        int first = ThreadTeam.Start(part, parts, Outputs, Unit), count = ThreadTeam.Start(part + 1, parts, Outputs, Unit) - first;
        if (count == 0 && Outputs > 0) return;
        if (transposed) kernels.MultiplyTransposedMatrix(_w[first..], rows, count, stride, _xs, n, _destination[first..], Outputs);
        else kernels.MultiplyMatrix(_w[(first * stride)..], count, columns, stride, _xs, n, _destination[first..], Outputs);
    }
}
