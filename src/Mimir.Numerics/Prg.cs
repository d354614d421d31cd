using System.Runtime.InteropServices;
using Mimir.Numerics.Keystreams;

namespace Mimir.Numerics;

/// <summary>
/// A stream of uniform field elements and one of bytes from an AES key in counter mode, addressed by position: any split of
/// the calls gives the same values. A counter block is the stream number (8 bytes), then range (4 bits) and index (60 bits),
/// all big-endian. Range 0 holds the first word of each element, ranges 1 to 14 its further words, range 15 the bytes; word j
/// of a range is half j mod 2 (little-endian) of block j/2. Element j is the first of its words, masked to 50 bits, that is
/// below p; a word is rejected with probability 27/2^50, so elements are exactly uniform modulo p.
/// Constant time but for rejections, which are independent of the values returned. Several threads may fill at once.
/// Source: NIST SP 800-38A, section 6.5 (CTR).
/// </summary>
public sealed class Prg : IDisposable
{
    /// <summary>Positions of elements are below 2^60.</summary>
    public const ulong PositionLimit = 1UL << 60;

    // Keystream and conversion of one chunk stay in the first-level cache.
    private const int ChunkElements = 1024;
    private const int FurtherWords = 14;
    private const int RangeShift = 60;
    private const ulong ByteRange = 15UL << RangeShift;

    private readonly Keystream _keystream;
    private readonly ulong _stream;
    private bool _disposed;

    /// <summary>A generator for one key and stream.</summary>
    /// <param name="key">16 bytes (AES-128) or 32 (AES-256), uniformly random.</param>
    /// <param name="stream">Domain separation: different numbers give independent streams.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public Prg(ReadOnlySpan<byte> key, ulong stream)
        : this(Keystream.Create(key), stream)
    {
    }

    internal Prg(Keystream keystream, ulong stream)
    {
        _keystream = keystream;
        _stream = stream;
    }

    /// <summary>Goes on with another key of the same length, without allocating; not while another thread fills.</summary>
    /// <exception cref="ArgumentException">The key has another length than the first.</exception>
    /// <exception cref="ObjectDisposedException">Disposed before.</exception>
    public void Rekey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _keystream.Rekey(key);
    }

    /// <summary>Elements position, position + 1, ... of the stream: canonical, uniform modulo p.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The last position is not below 2^60.</exception>
    /// <exception cref="ObjectDisposedException">Disposed before.</exception>
    public void Fill(ulong position, Span<double> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (position > PositionLimit - (ulong)destination.Length)
            throw new ArgumentOutOfRangeException(nameof(position), position, "Positions must stay below 2^60.");
        while (destination.Length > 0)
        {
            Span<double> chunk = destination[..Math.Min(ChunkElements, destination.Length)];
            FillWords(0, position, MemoryMarshal.Cast<double, ulong>(chunk));
            if (!WordConversion.ToElements(chunk))
                ReplaceRejected(position, chunk);
            position += (ulong)chunk.Length;
            destination = destination[chunk.Length..];
        }
    }

    /// <summary>Bytes position, position + 1, ... of the byte stream, which shares nothing with the elements.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The last position is not below 2^64.</exception>
    /// <exception cref="ObjectDisposedException">Disposed before.</exception>
    public void FillBytes(ulong position, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (destination.Length > 0 && position > ulong.MaxValue - (ulong)(destination.Length - 1))
            throw new ArgumentOutOfRangeException(nameof(position), position, "Positions must stay below 2^64.");
        Span<byte> block = stackalloc byte[16];
        while (destination.Length > 0)
        {
            ulong counter = ByteRange | (position >> 4);
            int skip = (int)(position & 15);
            int taken;
            if (skip == 0 && destination.Length >= 16)
            {
                taken = destination.Length & ~15;
                _keystream.Fill(_stream, counter, destination[..taken]);
            }
            else
            {
                taken = Math.Min(16 - skip, destination.Length);
                _keystream.Fill(_stream, counter, block);
                block.Slice(skip, taken).CopyTo(destination);
            }
            position = unchecked(position + (ulong)taken);
            destination = destination[taken..];
        }
        block.Clear();
    }

    /// <summary>Zeroes the key schedule.</summary>
    public void Dispose()
    {
        _disposed = true;
        _keystream.Dispose();
    }

    private void FillWords(int range, ulong position, Span<ulong> words)
    {
        ulong first = (ulong)range << RangeShift;
        if ((position & 1) != 0)
        {
            words[0] = Word(range, position++);
            words = words[1..];
        }
        int even = words.Length & ~1;
        _keystream.Fill(_stream, first | (position >> 1), MemoryMarshal.AsBytes(words[..even]));
        if (even != words.Length)
            words[even] = Word(range, position + (ulong)even);
    }

    private ulong Word(int range, ulong position)
    {
        Span<ulong> pair = stackalloc ulong[2];
        _keystream.Fill(_stream, ((ulong)range << RangeShift) | (position >> 1), MemoryMarshal.AsBytes(pair));
        ulong word = pair[(int)(position & 1)];
        pair.Clear();
        return word;
    }

    private void ReplaceRejected(ulong position, Span<double> elements)
    {
        for (int i = 0; i < elements.Length; i++)
            for (int range = 1; elements[i] >= Field.P; range++)
            {
                if (range > FurtherWords)
                    throw new InvalidOperationException("The keystream is not random: fifteen words in a row were rejected.");
                elements[i] = Word(range, position + (ulong)i) & WordConversion.Mask;
            }
    }
}
