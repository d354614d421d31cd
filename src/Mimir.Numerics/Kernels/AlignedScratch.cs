using System.Buffers;
using System.Runtime.InteropServices;

namespace Mimir.Numerics.Kernels;

/// <summary>Zeroed, aligned, pooled memory of one kernel call, cleared when it is given back: it holds copies of secrets.</summary>
internal ref struct AlignedScratch
{
    private const int AlignmentElements = 8;

    private readonly double[] _rented;
    private GCHandle _pin;

    /// <summary>Room for <paramref name="length"/> elements of 8 bytes; starts on a 64-byte boundary.</summary>
    public AlignedScratch(int length)
    {
        _rented = ArrayPool<double>.Shared.Rent(checked(length + AlignmentElements));
        _pin = GCHandle.Alloc(_rented, GCHandleType.Pinned);
        int beyond = (int)(_pin.AddrOfPinnedObject() / sizeof(double) % AlignmentElements);
        int offset = (AlignmentElements - beyond) % AlignmentElements;
        Elements = _rented.AsSpan(offset, length);
        Elements.Clear();
    }

    /// <summary>The memory as field elements.</summary>
    public Span<double> Elements { get; }

    /// <summary>The same memory as integers.</summary>
    public readonly Span<long> Integers => MemoryMarshal.Cast<double, long>(Elements);

    public void Dispose()
    {
        Elements.Clear();
        _pin.Free();
        ArrayPool<double>.Shared.Return(_rented);
    }
}
