using System.Numerics;
using Mimir.Numerics;

namespace Mimir.Spdz.Shares;

/// <summary>
/// Memory for the values of one step: rented in sequence, given back all at once by <see cref="Reset"/>. After the first step of
/// the largest shape it never allocates again. Not thread-safe: one per party and phase.
/// </summary>
/// <param name="memory">The session's, which zeroes it in the end; null: its own, zeroed by <see cref="Clear"/>.</param>
public sealed class Workspace(SessionMemory? memory = null)
{
    private const int FirstChunkElements = 1 << 20;
    private const int ChunkElements = 1 << 23;
    private readonly SessionMemory _memory = memory ?? new SessionMemory();
    private readonly List<(AlignedMemory Memory, int Rented)> _chunks = [];
    private int _chunk;
    private int _offset;

    /// <summary>A region of <paramref name="length"/> elements with unspecified content, valid until <see cref="Reset"/>.</summary>
    public Memory<double> Rent(int length)
    {
        while (_chunk < _chunks.Count)
        {
            var (chunk, rented) = _chunks[_chunk];
            if (chunk.Length - _offset >= length)
            {
                var region = chunk.Memory.Slice(_offset, length);
                _offset = Math.Min((_offset + length + 7) & ~7, chunk.Length);
                if (_offset > rented) _chunks[_chunk] = (chunk, _offset);
                return region;
            }
            _chunk++;
            _offset = 0;
        }
        // Powers of two, so that steps of slightly growing shapes keep fitting; large ones once it is clear that much is needed.
        var least = _chunks.Count == 0 ? FirstChunkElements : ChunkElements;
        _chunks.Add((_memory.Rent(BitOperations.RoundUpToPowerOf2((uint)Math.Max(least, length))), 0));
        _offset = 0;
        return Rent(length);
    }

    /// <summary>Takes everything back. The content is overwritten by the next step; <see cref="Clear"/> zeroes it.</summary>
    public void Reset()
    {
        _chunk = 0;
        _offset = 0;
    }

    /// <summary>Gives everything back to the session's memory: what comes next needs far less.</summary>
    public void Return()
    {
        foreach (var (chunk, rented) in _chunks) _memory.Return(chunk, rented);
        _chunks.Clear();
        Reset();
    }

    /// <summary>The same, and what lies there unused is zeroed: every byte that was ever rented, and no other.</summary>
    public void Clear()
    {
        Return();
        _memory.Shrink();
    }
}
