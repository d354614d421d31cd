using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Mimir.Spdz.Tape;

/// <summary>
/// The dealer's end of the N tape streams. A section is a 48-byte header (magic, kind, block, step, key), then chunks (u32 count, content), then a
/// zero count. Content is elements, those of a chunk packed together (<see cref="Mimir.Numerics.FieldPacking"/>), or, with <see cref="WordsFlag"/> in the count, 16-byte words. All
/// chunks of elements but a section's last hold a multiple of four. The last party gets corrections; with two parties both get keys of point functions. Backpressure is the streams' own: a party that does not read stops the dealer.
/// </summary>
public sealed class TapeSender(IReadOnlyList<Stream> streams)
{
    internal const uint Magic = 0x5041_544d;
    internal const int HeaderBytes = 48;

    /// <summary>Marks the count of a chunk of words.</summary>
    internal const int WordsFlag = 1 << 30;

    private static readonly byte[] End = new byte[sizeof(int)];

    private readonly TapeSink[] _sinks = [.. (streams.Count == 2 ? streams : streams.TakeLast(1)).Select(s => new TapeSink(s))];
    private long _bytesSent;

    /// <summary>Number of parties.</summary>
    public int Count => streams.Count;

    /// <summary>Bytes sent to all parties.</summary>
    public long BytesSent => _bytesSent + _sinks.Sum(s => s.BytesSent);

    /// <summary>Starts a section: fresh keys to the parties, and a writer that feeds it. <see cref="EndAsync"/> must follow.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TapeWriter> BeginAsync(TapeKind kind, int block, int step, bool active, double alpha, CancellationToken cancellation)
    {
        var keys = await SendKeysAsync(kind, block, step, cancellation);
        foreach (var sink in _sinks) sink.Start(cancellation);
        return new TapeWriter(keys, active, alpha, _sinks);
    }

    /// <summary>Sends a section that is nothing but fresh keys, and returns them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<byte[][]> SendKeysOnlyAsync(TapeKind kind, CancellationToken cancellation)
    {
        var keys = await SendKeysAsync(kind, 0, 0, cancellation);
        await CloseAsync(cancellation);
        return keys;
    }

    /// <summary>Sends the rest and ends the section for every party.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask EndAsync(TapeWriter writer, CancellationToken cancellation)
    {
        writer.Finish();
        foreach (var sink in _sinks) await sink.DrainAsync();
        await CloseAsync(cancellation);
    }

    /// <summary>
    /// Reads every party's verdict on the steps of a group, one byte a step (0 used, 1 audited and thrown away). They must agree.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<byte[]> ReadVerdictAsync(int steps, CancellationToken cancellation)
    {
        var first = Array.Empty<byte>();
        for (var i = 0; i < streams.Count; i++)
        {
            var verdict = new byte[steps];
            await streams[i].ReadExactlyAsync(verdict, cancellation);
            if (i == 0) first = verdict;
            else if (!verdict.AsSpan().SequenceEqual(first))
                throw new EquivocationException($"party {i} and party 0 report different audits to the Triple Service");
        }
        return first;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<byte[][]> SendKeysAsync(TapeKind kind, int block, int step, CancellationToken cancellation)
    {
        var keys = new byte[streams.Count][];
        for (var i = 0; i < streams.Count; i++)
        {
            keys[i] = RandomNumberGenerator.GetBytes(TapeKeys.Bytes);
            var header = new byte[HeaderBytes];
            BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
            header[4] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), block);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), step);
            keys[i].CopyTo(header, 16);
            await WriteAsync(i, header, cancellation);
        }
        return keys;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CloseAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < streams.Count; i++)
        {
            await WriteAsync(i, End, cancellation);
            await streams[i].FlushAsync(cancellation);
        }
    }

    private ValueTask WriteAsync(int party, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        _bytesSent += bytes.Length;
        return streams[party].WriteAsync(bytes, cancellation);
    }
}
