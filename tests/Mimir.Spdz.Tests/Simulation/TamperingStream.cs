using System.Buffers.Binary;
using Mimir.Numerics;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>One write of the dealer (or model owner) to one party: a section's header, a chunk of corrections, or its end.</summary>
/// <param name="Kind">Of the section (a header's fifth byte); 0 on a stream without sections.</param>
/// <param name="Occurrence">How many headers with the same kind, block and step came before.</param>
/// <param name="IsHeader">The 48 bytes that begin a section.</param>
/// <param name="Start">Elements of the section (or words, for a chunk of words) that were written before this chunk.</param>
internal readonly record struct TapeWrite(int Party, byte Kind, int Block, int Step, int Occurrence, bool IsHeader, long Start, byte[] Bytes)
{
    private const int CountBytes = 4;

    /// <summary>A count, and elements or words.</summary>
    public bool IsContent => !IsHeader && Bytes.Length > CountBytes;

    /// <summary>Corrections: a count and elements.</summary>
    public bool IsChunk => IsContent && !HasWords;

    /// <summary>A count and 16-byte words of point functions.</summary>
    public bool IsWords => IsContent && HasWords;

    /// <summary>Elements of a chunk of corrections, else none.</summary>
    public int Elements => IsChunk ? BinaryPrimitives.ReadInt32LittleEndian(Bytes) : 0;

    /// <summary>16-byte words of a chunk of them, else none.</summary>
    public int Words => IsWords ? BinaryPrimitives.ReadInt32LittleEndian(Bytes) & ~Tape.TapeSender.WordsFlag : 0;

    private bool HasWords => (BinaryPrimitives.ReadInt32LittleEndian(Bytes) & Tape.TapeSender.WordsFlag) != 0;

    /// <summary>Flips one bit of word <paramref name="index"/> of the section, if it is in this chunk.</summary>
    public TapeWrite Flip(long index, int bit)
    {
        if (!IsWords || index < Start || index >= Start + Words) return this;
        Bytes[CountBytes + (int)(index - Start) * 16 + bit / 8] ^= (byte)(1 << (bit % 8));
        return this;
    }

    /// <summary>Adds to correction <paramref name="index"/> of the section, if it is in this chunk.</summary>
    public TapeWrite Add(long index, double delta)
    {
        if (!IsChunk || index < Start || index >= Start + Elements) return this;
        var elements = Corrections();
        elements[index - Start] = Field.Add(elements[index - Start], delta);
        FieldPacking.Pack(elements, Bytes.AsSpan(CountBytes));
        return this;
    }

    /// <summary>The elements of a chunk of corrections.</summary>
    public double[] Corrections()
    {
        var elements = new double[Elements];
        Assert.True(FieldPacking.TryUnpack(Bytes.AsSpan(CountBytes), elements));
        return elements;
    }

    /// <summary>A chunk of corrections as the dealer sends it.</summary>
    public static byte[] Chunk(params ReadOnlySpan<double> elements)
    {
        var bytes = new byte[CountBytes + FieldPacking.Bytes(elements.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, elements.Length);
        FieldPacking.Pack(elements, bytes.AsSpan(CountBytes));
        return bytes;
    }
}

/// <summary>The sending end of a stream whose writer cheats: every write is replaced by what <paramref name="alter"/> returns.</summary>
internal sealed class TamperingStream(Stream inner, int party, bool sections, Func<TapeWrite, IEnumerable<byte[]>> alter) : Stream
{
    private const int HeaderBytes = 48;
    private readonly Dictionary<(byte, int, int), int> _seen = [];
    private TapeWrite _section;
    private long _words;

    /// <summary>Alters what the other side sends back (verdicts).</summary>
    public Action<Memory<byte>> AlterRead { get; init; } = _ => { };

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var bytes = buffer.ToArray();
        var header = sections && bytes.Length == HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Tape.TapeSender.Magic;
        if (header)
        {
            var key = (bytes[4], BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)));
            _seen[key] = _seen.GetValueOrDefault(key) + 1;
            _section = new TapeWrite(party, key.Item1, key.Item2, key.Item3, _seen[key] - 1, false, 0, []);
            _words = 0;
        }
        var write = _section with { Party = party, IsHeader = header, Bytes = bytes };
        if (write.IsChunk) _section = _section with { Start = _section.Start + write.Elements };
        if (write.IsWords)
        {
            write = write with { Start = _words };
            _words += write.Words;
        }
        foreach (var altered in alter(write)) await inner.WriteAsync(altered, cancellationToken);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        AlterRead(buffer[..count]);
        return count;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
