using System.Runtime.CompilerServices;

namespace Mimir.Numerics;

/// <summary>
/// Doubles that start on a 64-byte boundary and never move: storage for matrices and shares. Zero at first, zeroed again by
/// <see cref="Dispose"/>. Up to 2^31 − 72 elements (16 GiB) each. Spans stay valid memory even after disposal.
/// </summary>
public sealed class AlignedMemory : IDisposable
{
    private const int Alignment = 64;

    private double[] _array;
    private readonly int _offset;
    private bool _disposed;

    /// <summary>Allocates <paramref name="length"/> zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or above 2^31 − 72.</exception>
    public AlignedMemory(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength - Alignment / sizeof(double));
        Length = length;
        _array = GC.AllocateArray<double>(length + Alignment / sizeof(double), pinned: true);
        unsafe
        {
            nuint address = (nuint)Unsafe.AsPointer(ref _array[0]);
            _offset = (int)((Alignment - address % Alignment) % Alignment / sizeof(double));
            HugePages.Advise(address, (nuint)_array.Length * sizeof(double));
        }
    }

    /// <summary>Elements.</summary>
    public int Length { get; }

    /// <summary>All elements.</summary>
    /// <exception cref="ObjectDisposedException">Disposed before.</exception>
    public Span<double> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _array.AsSpan(_offset, Length);
        }
    }

    /// <summary>All elements.</summary>
    /// <exception cref="ObjectDisposedException">Disposed before.</exception>
    public Memory<double> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _array.AsMemory(_offset, Length);
        }
    }

    /// <summary>Zeroes the elements and gives the memory up.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            Array.Clear(_array);
            _array = [];
        }
        _disposed = true;
    }
}
