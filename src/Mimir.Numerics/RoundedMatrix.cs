using System.Buffers;
using System.Runtime.InteropServices;
using Mimir.Numerics.Kernels;

namespace Mimir.Numerics;

/// <summary>
/// A public real matrix in 16 bits per weight, W ≈ n_rc·2^(shift_r − f): n a 16-bit integer, one power of two per row, f the fraction bits
/// it was rounded for. The error of a weight is at most 2^(shift_r − f − 1), which is at most 2^−f/2 in rows whose weights are
/// below 2^(15 − f) in magnitude (0.5 for f = 16) and at most 1/32,767 of the row's largest weight elsewhere. Products with vectors of field elements are
/// exact mod p, read the matrix once for all vectors and take the same time for all values.
/// </summary>
public sealed class RoundedMatrix : IDisposable
{
    /// <summary>Largest shift of a row: 2^15·2^33 is the largest number that can be encoded.</summary>
    public const int MaximumShift = 33;

    // Whole cache lines of 16-bit numbers.
    private const int LineElements = 32;

    private readonly AlignedMemory _memory;
    private readonly double[] _scales;
    private bool _scaled;

    /// <summary>A zero matrix.</summary>
    public RoundedMatrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        (Rows, Columns, Stride) = (rows, columns, (columns + LineElements - 1) / LineElements * LineElements);
        _memory = new AlignedMemory(rows * (Stride / (sizeof(double) / sizeof(short))));
        _scales = new double[rows];
        Array.Fill(_scales, 1);
    }

    /// <summary>m.</summary>
    public int Rows { get; }

    /// <summary>k.</summary>
    public int Columns { get; }

    /// <summary>16-bit numbers from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>n of one row, to be written once.</summary>
    public Span<short> Row(int row) => All.Slice(row * Stride, Columns);

    /// <summary>Sets the shift of one row.</summary>
    public void SetShift(int row, int shift)
    {
        if (shift is < 0 or > MaximumShift) throw new ArgumentOutOfRangeException(nameof(shift), shift, $"A row's shift must be between 0 and {MaximumShift}.");
        _scales[row] = 1L << shift;
        _scaled |= shift > 0;
    }

    /// <summary>n = round(w·2^(f − shift)), ties to even, with the smallest shift ≥ 0 for which all of the row fit 16 bits; returns the shift.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A weight is no number, or not below 2^48 at scale f.</exception>
    public static int RoundRow(ReadOnlySpan<double> weights, int fractionBits, Span<short> destination)
    {
        var largest = 0.0;
        foreach (var weight in weights)
        {
            var size = Math.Abs(Math.ScaleB(weight, fractionBits));
            if (!(size < Field.EncodingLimit)) throw new ArgumentOutOfRangeException(nameof(weights), weight, "A weight does not fit the fixed-point range.");
            largest = Math.Max(largest, size);
        }
        var shift = 0;
        while (Math.Round(Math.ScaleB(largest, -shift)) > short.MaxValue) shift++;
        for (var i = 0; i < weights.Length; i++) destination[i] = (short)Math.Round(Math.ScaleB(weights[i], fractionBits - shift));
        return shift;
    }

    /// <summary>
    /// destination[v] = 2^f·W·xs[v] mod p: the result carries f fraction bits more than x. Cost: two fused multiply-adds per weight and
    /// vector; W is read once for two vectors (a value and its MAC), from the cache for further ones.
    /// </summary>
    /// <param name="xs">n × columns canonical elements.</param>
    /// <param name="n">Vectors.</param>
    /// <param name="destination">n × rows, canonical.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void Multiply(ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        RequireShapes(xs, Columns, n, destination, Rows);
        var limbs = ArrayPool<double>.Shared.Rent(2 * xs.Length);
        Split(xs, Columns, n, limbs);
        RoundedParts.Multiply(Threads.ThreadTeam.Shared, this, false, limbs, n, default, destination);
        Return(limbs, 2 * xs.Length);
        for (var v = 0; _scaled && v < n; v++)
        {
            var product = destination.Slice(v * Rows, Rows);
            FieldVector.Multiply(product, _scales, product);
        }
    }

    /// <summary>destination[v] = 2^f·Wᵀ·xs[v] mod p; xs: n × rows, destination: n × columns. Cost as <see cref="Multiply"/>.</summary>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void MultiplyTransposed(ReadOnlySpan<double> xs, int n, Span<double> destination)
    {
        RequireShapes(xs, Rows, n, destination, Columns);
        var limbs = ArrayPool<double>.Shared.Rent(2 * xs.Length);
        var sums = ArrayPool<double>.Shared.Rent(Math.Max(4 * Columns, Rows));
        if (_scaled)
        {
            for (var v = 0; v < n; v++)
            {
                var scaled = sums.AsSpan(0, Rows);
                FieldVector.Multiply(xs.Slice(v * Rows, Rows), _scales, scaled);
                Split(scaled, Rows, 1, limbs.AsSpan(2 * v * Rows));
            }
        }
        else
        {
            Split(xs, Rows, n, limbs);
        }
        RoundedParts.Multiply(Threads.ThreadTeam.Shared, this, true, limbs, n, sums, destination);
        Return(sums, Math.Max(4 * Columns, Rows));
        Return(limbs, 2 * xs.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    internal Span<short> All => MemoryMarshal.Cast<double, short>(_memory.Span);

    private static void Split(ReadOnlySpan<double> xs, int length, int n, Span<double> limbs)
    {
        for (var v = 0; v < n; v++)
            RoundedKernels.Best.Split(xs.Slice(v * length, length), limbs.Slice(2 * v * length, length), limbs.Slice((2 * v + 1) * length, length));
    }

    private static void Return(double[] secret, int used)
    {
        Array.Clear(secret, 0, used);
        ArrayPool<double>.Shared.Return(secret);
    }

    private static void RequireShapes(ReadOnlySpan<double> xs, int inputs, int n, ReadOnlySpan<double> destination, int outputs)
    {
        if (n < 0 || xs.Length != (long)n * inputs || destination.Length != (long)n * outputs)
            throw new ArgumentException(
                $"{n} vectors of {inputs} elements give {n} of {outputs}; xs has {xs.Length} elements, destination {destination.Length}.");
        if (destination.Overlaps(xs)) throw new ArgumentException("The destination overlaps an input.");
    }
}
