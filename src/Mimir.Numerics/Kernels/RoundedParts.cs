using Mimir.Numerics.Threads;

namespace Mimir.Numerics.Kernels;

/// <summary>As <see cref="MatrixParts"/>, for a matrix of 16-bit numbers.</summary>
internal readonly ref struct RoundedParts(
    RoundedMatrix matrix, bool transposed, int parts, ReadOnlySpan<double> limbs, int n, Span<double> sums, Span<double> destination) : IPartedWork
{
    private const int Unit = 64;
    private const long LeastProducts = 1 << 17;

    private readonly ReadOnlySpan<double> _limbs = limbs;
    private readonly Span<double> _sums = sums;
    private readonly Span<double> _destination = destination;

    private int Outputs => transposed ? matrix.Columns : matrix.Rows;

    /// <summary>W or Wᵀ times vectors given in limbs; see <see cref="RoundedKernels"/>. <paramref name="sums"/>: room for 4·columns, for Wᵀ only. In how many parts.</summary>
    public static int Multiply(ThreadTeam team, RoundedMatrix matrix, bool transposed, ReadOnlySpan<double> limbs, int n, Span<double> sums, Span<double> destination)
    {
        var parts = team.Parts((long)matrix.Rows * matrix.Columns * n, LeastProducts);
        RoundedParts work = new(matrix, transposed, parts, limbs, n, sums, destination);
        team.Run(ref work, parts);
        return parts;
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        int first = ThreadTeam.Start(part, parts, Outputs, Unit), count = ThreadTeam.Start(part + 1, parts, Outputs, Unit) - first;
        if (count == 0) return;
        var kernels = RoundedKernels.Best;
        var w = matrix.All;
        if (transposed) kernels.MultiplyTransposed(w[first..], matrix.Rows, count, matrix.Stride, _limbs, n, _sums[(4 * first)..], _destination[first..], Outputs);
        else kernels.Multiply(w[(first * matrix.Stride)..], count, matrix.Columns, matrix.Stride, _limbs, n, _destination[first..], Outputs);
    }
}
