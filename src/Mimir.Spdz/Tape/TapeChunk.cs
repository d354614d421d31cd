using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Mimir.Spdz.Tape;

/// <summary>A run of elements or of words of one section, from the dealing thread to one party's sink, or to both parties' alike; zeroed when all have it.</summary>
internal sealed class TapeChunk(ConcurrentBag<TapeChunk>? home, int capacity)
{
    // The count lies right before the content, so that both can leave in one write.
    private const int Start = sizeof(double);

    private byte[] _bytes = new byte[Start + capacity * sizeof(double)];
    private int _holders;

    /// <summary>Whether this is words: two elements each.</summary>
    public bool Words { get; private set; }

    /// <summary>Elements.</summary>
    public int Count { get; private set; }

    /// <summary>What was appended.</summary>
    public Span<double> Content => MemoryMarshal.Cast<byte, double>(_bytes.AsSpan(Start, Count * sizeof(double)));

    /// <summary>A sealed chunk of words as it travels: the count, and the content.</summary>
    public ReadOnlyMemory<byte> Message => _bytes.AsMemory(Start - sizeof(int), sizeof(int) + Count * sizeof(double));

    /// <summary>Room for <paramref name="length"/> more elements, to be written at once.</summary>
    public Span<double> Append(int length)
    {
        var end = Start + (Count + length) * sizeof(double);
        if (end > _bytes.Length) Grow(Math.Max(end, 2 * _bytes.Length));
        Count += length;
        return Content[^length..];
    }

    /// <summary>Gives the last <paramref name="count"/> elements to <paramref name="next"/>.</summary>
    public void MoveTail(int count, TapeChunk next)
    {
        var tail = Content[^count..];
        tail.CopyTo(next.Append(count));
        tail.Clear();
        Count -= count;
    }

    /// <summary>From now on the chunk is only read, and each of <paramref name="holders"/> releases it.</summary>
    public void Seal(bool words, int holders)
    {
        (Words, _holders) = (words, holders);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Start - sizeof(int)), words ? TapeSender.WordsFlag | Count / 2 : Count);
    }

    /// <summary>One holder has done with it; the last one zeroes it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) Clear();
    }

    /// <summary>Zeroes what was appended, and goes home.</summary>
    public void Clear()
    {
        Content.Clear();
        Count = 0;
        home?.Add(this);
    }

    private void Grow(int length)
    {
        var before = _bytes;
        _bytes = new byte[length];
        before.CopyTo(_bytes, 0);
        Array.Clear(before);
    }
}
