using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mimir.Numerics.Kernels;
using Mimir.Numerics.Simd;

namespace Mimir.Numerics;

/// <summary>
/// A matrix of field elements in 50 bits each (<see cref="FieldPacking"/>), rows × columns, every row at a whole number of eight elements: a product with one vector waits
/// for memory, and reads four fifths of the bytes. Products are canonical, exact, and take the same time for all values; W is read once, large ones by all threads
/// of the process's <see cref="Threads.ThreadTeam"/>. Allocates nothing in steady state. Zero at first, zeroed again by <see cref="Dispose"/>.
/// </summary>
public sealed class PackedMatrix : IDisposable
{
    private const int GroupElements = 8;
    private readonly AlignedMemory _memory;

    /// <summary>A zero matrix.</summary>
    public PackedMatrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        (Rows, Columns, StrideBytes) = (rows, columns, FieldPacking.Bytes((columns + GroupElements - 1) / GroupElements * GroupElements));
        _memory = new AlignedMemory(checked((int)(((long)rows * StrideBytes + PackedLoads.BytesBehind) / sizeof(double) + 1)));
    }

    /// <summary>m.</summary>
    public int Rows { get; }

    /// <summary>k.</summary>
    public int Columns { get; }

    /// <summary>Bytes from one row to the next.</summary>
    internal int StrideBytes { get; }

    /// <summary>Sets one row: columns canonical elements.</summary>
    /// <exception cref="ArgumentException">They are more or fewer.</exception>
    public void SetRow(int row, ReadOnlySpan<double> elements)
    {
        if (elements.Length != Columns) throw new ArgumentException($"A row has {Columns} elements, not {elements.Length}.", nameof(elements));
        FieldPacking.Pack(elements, Bytes(row));
    }

    /// <summary>destination = one row.</summary>
    /// <exception cref="ArgumentException">The destination has not <see cref="Columns"/> elements.</exception>
    public void GetRow(int row, Span<double> destination)
    {
        if (destination.Length != Columns) throw new ArgumentException($"A row has {Columns} elements, not {destination.Length}.", nameof(destination));
        FieldPacking.TryUnpack(Bytes(row), destination);
    }

    /// <summary>destination[v] = W·xs[v].</summary>
    /// <param name="xs">n × columns canonical elements.</param>
    /// <param name="n">Vectors.</param>
    /// <param name="destination">n × rows.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void Multiply(ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        RequireShapes(xs, Columns, n, destination, Rows);
        PackedParts.Multiply(Threads.ThreadTeam.Shared, PackedKernels.Best, FieldKernels.Best, this, false, xs, n, destination);
    }

    /// <summary>destination[v] = Wᵀ·xs[v].</summary>
    /// <param name="xs">n × rows canonical elements.</param>
    /// <param name="n">Vectors.</param>
    /// <param name="destination">n × columns.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void MultiplyTransposed(ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        RequireShapes(xs, Rows, n, destination, Columns);
        PackedParts.Multiply(Threads.ThreadTeam.Shared, PackedKernels.Best, FieldKernels.Best, this, true, xs, n, destination);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    /// <summary>Where a row starts.</summary>
    internal ref byte Start(int row) => ref Unsafe.Add(ref Unsafe.As<double, byte>(ref MemoryMarshal.GetReference(_memory.Span)), (nint)row * StrideBytes);

    private Span<byte> Bytes(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return MemoryMarshal.CreateSpan(ref Start(row), FieldPacking.Bytes(Columns));
    }

    private static void RequireShapes(ReadOnlySpan<double> xs, int inputs, int n, ReadOnlySpan<double> destination, int outputs)
    {
        if (n < 0 || xs.Length != (long)n * inputs || destination.Length != (long)n * outputs)
            throw new ArgumentException(
                $"{n} vectors of {inputs} elements give {n} of {outputs}; xs has {xs.Length} elements, destination {destination.Length}.");
        if (destination.Overlaps(xs)) throw new ArgumentException("The destination overlaps an input.");
    }
}
