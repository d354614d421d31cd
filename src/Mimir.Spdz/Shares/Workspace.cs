using System.Numerics;
using Mimir.Numerics;

namespace Mimir.Spdz.Shares;

/// <summary>
/// Memory for the values of one step: rented in sequence, given back all at once by <see cref="Reset"/>. After the first step of
/// the largest shape it never allocates again. Not thread-safe: one per party and phase.
/// </summary>
public sealed class Workspace
{
    private const int FirstChunkElements = 1 << 20;
    private const int ChunkElements = 1 << 23;
    private readonly List<AlignedMemory> _chunks = [];
    private int _chunk;
    private int _offset;

    /// <summary>A region of <paramref name="length"/> elements with unspecified content, valid until <see cref="Reset"/>.</summary>
    public Memory<double> Rent(int length)
    {
        while (_chunk < _chunks.Count)
        {
            var chunk = _chunks[_chunk];
            if (chunk.Length - _offset >= length)
            {
                var region = chunk.Memory.Slice(_offset, length);
                _offset = Math.Min((_offset + length + 7) & ~7, chunk.Length);
                return region;
            }
            _chunk++;
            _offset = 0;
        }
        // Powers of two, so that steps of slightly growing shapes keep fitting; large ones once it is clear that much is needed.
        var least = _chunks.Count == 0 ? FirstChunkElements : ChunkElements;
        _chunks.Add(new AlignedMemory((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(least, length))));
        _offset = 0;
        return Rent(length);
    }

    /// <summary>Takes everything back. The content is overwritten by the next step; <see cref="Clear"/> zeroes it.</summary>
    public void Reset()
    {
        _chunk = 0;
        _offset = 0;
    }

    /// <summary>Zeroes and gives up everything: what comes next needs far less.</summary>
    public void Shrink()
    {
        foreach (var chunk in _chunks) chunk.Dispose();
        _chunks.Clear();
        Reset();
    }

    /// <summary>Zeroes every byte that was ever rented: called when the session ends.</summary>
    public void Clear()
    {
        foreach (var chunk in _chunks) chunk.Span.Clear();
        Reset();
    }
}
