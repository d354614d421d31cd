using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mimir.Numerics;

/// <summary>
/// Doubles that start on a 64-byte boundary and never move: storage for matrices and shares. Zero at first, zeroed again by
/// <see cref="Dispose()"/>. Up to 2^31 − 72 elements (16 GiB) each. Spans stay valid memory even after disposal.
/// </summary>
public sealed class AlignedMemory : IDisposable
{
    private const int Alignment = 64;

    private double[] _array;
    private readonly int _offset;
    private ByteView? _bytes;
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

    /// <summary>Elements [start, start + length) as bytes, to be read into from a stream: valid until the next call.</summary>
    /// <exception cref="ObjectDisposedException">Disposed before.</exception>
    public Memory<byte> Bytes(int start, int length) => (_bytes ??= new ByteView(this)).Of(start, length);

    /// <summary>Zeroes the elements and gives the memory up.</summary>
    public void Dispose() => Dispose(Length);

    /// <summary>The same when only the first <paramref name="written"/> elements were ever written: the others are not touched.</summary>
    public void Dispose(int written)
    {
        if (!_disposed)
        {
            Span[..written].Clear();
            _array = [];
        }
        _disposed = true;
    }

    private sealed class ByteView(AlignedMemory memory) : MemoryManager<byte>
    {
        // A window, because all of it may be more bytes than an Int32 counts.
        private int _start;
        private int _length;

        public Memory<byte> Of(int start, int length)
        {
            (_start, _length) = (start, length);
            return CreateMemory(length * sizeof(double));
        }

        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(memory.Span.Slice(_start, _length));

        public override unsafe MemoryHandle Pin(int elementIndex = 0) =>
            new((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(GetSpan())) + elementIndex);

        public override void Unpin()
        {
            // The array is pinned for good.
        }

        protected override void Dispose(bool disposing)
        {
            // The memory belongs to its owner.
        }
    }
}
