namespace Mimir.Spdz.Tape;

/// <summary>What one kind of content of one section is for one party, as it is being dealt: to a sink chunk by chunk, or, without one, all in one piece.</summary>
internal sealed class TapeOutput(TapeSink? sink, bool words) : IDisposable
{
    private const int FirstElements = 8192;
    private double[] _elements = sink?.Take() ?? new double[FirstElements];
    private int _count;

    /// <summary>What has not gone to a sink. A word is two elements.</summary>
    public ReadOnlyMemory<double> Pending => _elements.AsMemory(0, _count);

    /// <summary>Elements appended since the section began.</summary>
    public long Total { get; private set; }

    /// <summary>Room for <paramref name="length"/> more elements, to be written at once.</summary>
    public Span<double> Append(int length)
    {
        if (_count + length > _elements.Length)
        {
            if (sink is null) Array.Resize(ref _elements, Math.Max(_elements.Length * 2, _count + length));
            else Flush();
        }
        _count += length;
        Total += length;
        return _elements.AsSpan(_count - length, length);
    }

    /// <summary>Hands everything to the sink.</summary>
    public void Flush()
    {
        if (sink is null || _count == 0) return;
        _elements = sink.Exchange(_elements, _count, words);
        _count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.Clear(_elements);
        sink?.Return(_elements);
    }
}
