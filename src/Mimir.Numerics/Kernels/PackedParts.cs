using System.Runtime.CompilerServices;
using Mimir.Numerics.Simd;
using Mimir.Numerics.Threads;

namespace Mimir.Numerics.Kernels;

/// <summary>As <see cref="MatrixParts"/>, for a packed matrix. For several vectors a tile of it is unpacked at a time.</summary>
internal readonly ref struct PackedParts(
    PackedMatrix matrix, PackedKernels one, FieldKernels several, bool transposed, int parts, ReadOnlySpan<double> xs, int n, Span<double> destination) : IPartedWork
{
    private const int Unit = 64;
    private const long LeastProducts = 1 << 17;

    // A mebibyte: smaller ones do not pay for what a product begins and ends with.
    private const int TileElements = 1 << 17;
    private const int LeastRows = 8;

    private readonly ReadOnlySpan<double> _xs = xs;
    private readonly Span<double> _destination = destination;

    private int Outputs => transposed ? matrix.Columns : matrix.Rows;

    /// <summary>destination[v] = W·xs[v] or Wᵀ·xs[v], by <paramref name="team"/>; in how many parts.</summary>
    public static int Multiply(
        ThreadTeam team, PackedKernels one, FieldKernels several, PackedMatrix matrix, bool transposed, ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        var parts = team.Parts((long)matrix.Rows * matrix.Columns * n, LeastProducts);
        PackedParts work = new(matrix, one, several, transposed, parts, xs, n, destination);
        team.Run(ref work, parts);
        return parts;
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        int first = ThreadTeam.Start(part, parts, Outputs, Unit), count = ThreadTeam.Start(part + 1, parts, Outputs, Unit) - first;
        if (count == 0) return;
        if (n != 1)
        {
            if (transposed) Columns(first, count);
            else Rows(first, count);
        }
        else if (transposed)
        {
            one.MultiplyTransposed(ref Column(0, first), matrix.Rows, count, matrix.StrideBytes, _xs, _destination.Slice(first, count));
        }
        else
        {
            one.Multiply(ref matrix.Start(first), count, matrix.Columns, matrix.StrideBytes, _xs, _destination.Slice(first, count));
        }
    }

    private ref byte Column(int row, int column) => ref Unsafe.Add(ref matrix.Start(row), PackedLoads.Start((nuint)column));

    private void Rows(int first, int count)
    {
        int height = Math.Min(count, Math.Max(LeastRows, TileElements / Math.Max(1, matrix.Columns)));
        using AlignedScratch tile = new(height * matrix.Columns);
        for (int row = 0; row < count; row += height)
        {
            int rows = Math.Min(height, count - row);
            one.Unpack(ref matrix.Start(first + row), rows, matrix.Columns, matrix.StrideBytes, (nint)height * matrix.StrideBytes, tile.Elements);
            several.MultiplyMatrix(tile.Elements, rows, matrix.Columns, matrix.Columns, _xs, n, _destination[(first + row)..], Outputs);
        }
    }

    private void Columns(int first, int count)
    {
        int height = Math.Min(matrix.Rows, Math.Max(LeastRows, TileElements / count));
        using AlignedScratch tile = new(height * count), inputs = new(n * height), products = new(n * count);
        for (int v = 0; v < n; v++) _destination.Slice(v * Outputs + first, count).Clear();
        for (int row = 0; row < matrix.Rows; row += height)
        {
            int rows = Math.Min(height, matrix.Rows - row);
            one.Unpack(ref Column(row, first), rows, count, matrix.StrideBytes, (nint)height * matrix.StrideBytes, tile.Elements);
            for (int v = 0; v < n; v++) _xs.Slice(v * matrix.Rows + row, rows).CopyTo(inputs.Elements[(v * rows)..]);
            several.MultiplyTransposedMatrix(tile.Elements, rows, count, count, inputs.Elements[..(n * rows)], n, products.Elements, count);
            for (int v = 0; v < n; v++)
            {
                Span<double> sum = _destination.Slice(v * Outputs + first, count);
                several.Add(sum, products.Elements.Slice(v * count, count), sum);
            }
        }
    }
}
