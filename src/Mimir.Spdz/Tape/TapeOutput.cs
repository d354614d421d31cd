namespace Mimir.Spdz.Tape;

/// <summary>What one kind of content of one section is, as it is being dealt: to one sink or to several alike, chunk by chunk, or, without one, all in one piece.</summary>
internal sealed class TapeOutput(ReadOnlyMemory<TapeSink> sinks, bool words) : IDisposable
{
    private const int FirstElements = 8192;

    // Four elements packed fill whole bytes.
    private const int Together = 4;
    private TapeChunk _chunk = sinks.IsEmpty ? new TapeChunk(null, FirstElements) : sinks.Span[0].Take();

    /// <summary>A copy of what has not gone to a sink. A word is two elements.</summary>
    public double[] Pending => _chunk.Content.ToArray();

    /// <summary>Elements appended since the section began.</summary>
    public long Total { get; private set; }

    /// <summary>Room for <paramref name="length"/> more elements, to be written at once.</summary>
    public Span<double> Append(int length)
    {
        if (!sinks.IsEmpty && _chunk.Count + length > TapeSink.ChunkElements) Pass(words ? 0 : _chunk.Count % Together);
        Total += length;
        return _chunk.Append(length);
    }

    /// <summary>Hands everything to the sinks.</summary>
    public void Flush()
    {
        if (!sinks.IsEmpty) Pass(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunk.Clear();
        // Of a section that broke off, so that it is zeroed.
        foreach (var sink in sinks.Span) sink.Hand();
    }

    /// <summary>All but the last chunk of a section hold a multiple of four elements, so that a section's bytes do not depend on how it was cut.</summary>
    private void Pass(int kept)
    {
        if (_chunk.Count == kept) return;
        var full = _chunk;
        _chunk = sinks.Span[0].Take();
        full.MoveTail(kept, _chunk);
        full.Seal(words, sinks.Length);
        foreach (var sink in sinks.Span) sink.Queue(full);
        foreach (var sink in sinks.Span) sink.ThrowIfLost();
    }
}
