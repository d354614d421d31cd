using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Mimir.Numerics;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Tape;

/// <summary>One party's end of its tape stream: sections in the order in which the dealer must send them, each exactly once.</summary>
public sealed class TapeReceiver(Stream stream)
{
    private const int UsualSections = 256;

    // Unpacked while still in the cache; whole bytes.
    private const int PieceElements = TapeSink.ChunkElements;
    private readonly HashSet<UInt128> _used = new(UsualSections);
    private readonly byte[] _head = new byte[TapeSender.HeaderBytes];
    private readonly byte[] _packed = new byte[FieldPacking.Bytes(PieceElements)];

    /// <summary>Bytes received.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>
    /// The next section, which must be (<paramref name="kind"/>, <paramref name="block"/>, <paramref name="step"/>) and hold at most
    /// <paramref name="limit"/>, under a key that no section had before; <see cref="DealerCheatedException"/> otherwise
    /// (replayed, skipped or oversized). An audit opens a section's masks to everybody: dealt again, they would hide nothing.
    /// It lies in <paramref name="memory"/>, until <see cref="TapeSection.Return"/>; <paramref name="capacity"/> ≥ limit: the largest limit this session will see for the
    /// kind, so that memory can be used again.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TapeSection> ReadAsync(
        TapeKind kind, int block, int step, SectionSize limit, SessionMemory memory, CancellationToken cancellation, SectionSize capacity = default)
    {
        await ReadAsync(_head, cancellation);
        if (BinaryPrimitives.ReadUInt32LittleEndian(_head) != TapeSender.Magic || _head[4] != (byte)kind
            || BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(8)) != block
            || BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(12)) != step)
            throw new DealerCheatedException($"the Triple Service sent another tape section than {kind} of block {block}, step {step}: replayed, skipped or damaged");
        var key = _head[16..];
        if (!_used.Add(Digest(key)))
            throw new DealerCheatedException($"the Triple Service dealt tape section {kind} of block {block}, step {step} under a key that was used before");

        capacity = SectionSize.Largest(limit, capacity);
        var elements = limit.Elements == 0 ? null : memory.Rent(capacity.Elements);
        var words = limit.Words == 0 ? null : memory.Rent(2 * capacity.Words);
        var (received, receivedWords) = (0, 0);
        while (await ReadCountAsync(cancellation) is var count && count != 0)
        {
            var areWords = count > 0 && (count & TapeSender.WordsFlag) != 0;
            if (areWords) count &= ~TapeSender.WordsFlag;
            if (count <= 0 || (areWords ? receivedWords + (long)count > limit.Words : received + (long)count > limit.Elements))
                throw new DealerCheatedException($"the Triple Service's tape section {kind} of block {block}, step {step} is longer than the program uses ({limit.Elements} elements, {limit.Words} words)");
            if (areWords) await ReadAsync(words!.Bytes(2 * receivedWords, 2 * count), cancellation);
            else await ReadElementsAsync(elements!, received, count, cancellation);
            if (areWords) receivedWords += count; else received += count;
        }
        return new TapeSection(key, elements is null ? default : elements.Memory[..received], words is null ? default : words.Memory[..(2 * receivedWords)])
        {
            Buffer = elements,
            WordBuffer = words,
        };
    }

    /// <summary>Zeroes what passed through it: at the end of the session.</summary>
    public void Clear()
    {
        Array.Clear(_head);
        Array.Clear(_packed);
    }

    /// <summary>Tells the dealer which steps of a group were audited.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendVerdictAsync(byte[] verdict, CancellationToken cancellation)
    {
        await stream.WriteAsync(verdict, cancellation);
        await stream.FlushAsync(cancellation);
    }

    private static UInt128 Digest(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadCountAsync(CancellationToken cancellation)
    {
        await ReadAsync(_head.AsMemory(0, sizeof(int)), cancellation);
        return BinaryPrimitives.ReadInt32LittleEndian(_head);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadElementsAsync(AlignedMemory memory, int start, int length, CancellationToken cancellation)
    {
        for (var at = 0; at < length; at += PieceElements)
        {
            var count = Math.Min(length - at, PieceElements);
            var packed = _packed.AsMemory(0, FieldPacking.Bytes(count));
            await ReadAsync(packed, cancellation);
            if (!FieldPacking.TryUnpack(packed.Span, memory.Span.Slice(start + at, count)))
                throw new DealerCheatedException("the Triple Service dealt something that is no field element");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadAsync(Memory<byte> bytes, CancellationToken cancellation)
    {
        try { await stream.ReadExactlyAsync(bytes, cancellation); }
        catch (EndOfStreamException e) { throw new PeerLostException("the Triple Service closed the tape", e); }
        BytesReceived += bytes.Length;
    }
}
