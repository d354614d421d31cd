using System.Buffers;

namespace Mimir.Spdz.Gadgets;

/// <summary>Pooled memory for a dealer's secrets while one gadget is dealt: zeroed when it goes out of scope.</summary>
internal readonly ref struct Secret : IDisposable
{
    private readonly double[] _array;

    /// <summary><paramref name="length"/> elements of unspecified content.</summary>
    public Secret(int length)
    {
        _array = ArrayPool<double>.Shared.Rent(length);
        Span = _array.AsSpan(0, length);
    }

    /// <summary>The elements.</summary>
    public Span<double> Span { get; }

    /// <summary>Zeroes the elements and gives them back.</summary>
    public void Dispose()
    {
        Span.Clear();
        ArrayPool<double>.Shared.Return(_array);
    }
}
