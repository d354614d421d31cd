using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Mimir.Spdz;
using Mimir.Spdz.Channels;
using Mimir.Transport.Connections;

namespace Mimir.Transport.Meshes;

/// <summary>
/// The links of one party to all others, each a mutual TLS 1.3 stream. A round costs one write to and one frame from every peer; a
/// frame of up to 16 KB is one TLS record. Steady state allocates nothing. After the first failure every further round fails.
/// </summary>
/// <remarks>Latency and throughput, and why it is built this way: docs/transport.md.</remarks>
public sealed class TlsMesh : IMesh
{
    /// <summary>SslStream's largest record payload is 16,354 bytes.</summary>
    private const int BeginningLength = 16 * 1024 - 64;

    private readonly MeshLink?[] _links;
    private readonly ValueTask[] _sending;
    private readonly ValueTask[] _receiving;
    private readonly byte[] _beginning = new byte[BeginningLength];
    private Exception? _failure;
    private Exception? _sendFailure;
    private long _bytesSent;
    private long _bytesReceived;
    private long _round;
    private int _busy;

    internal TlsMesh(int index, PeerStream?[] streams)
    {
        Index = index;
        _links = [.. streams.Select(stream => stream is null ? null : new MeshLink(stream))];
        foreach (var stream in streams) stream?.LookAhead();
        _sending = new ValueTask[streams.Length];
        _receiving = new ValueTask[streams.Length];
    }

    /// <inheritdoc/>
    public int Index { get; }

    /// <inheritdoc/>
    public int Count => _links.Length;

    /// <summary>Bytes and rounds so far. May be read at any time from any thread.</summary>
    public MeshTraffic Traffic => new(Interlocked.Read(ref _bytesSent), Interlocked.Read(ref _bytesReceived), Interlocked.Read(ref _round));

    /// <summary>The party at <paramref name="index"/>, for messages.</summary>
    /// <exception cref="ArgumentException">It is this party itself.</exception>
    public RemotePeer Peer(int index) => _links[index]?.Peer ?? throw new ArgumentException("A party is no peer of itself.", nameof(index));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="theirs"/> has not one entry per party.</exception>
    /// <exception cref="InvalidOperationException">Another exchange is under way.</exception>
    public ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        if (theirs.Length != Count) throw new ArgumentException($"{theirs.Length} buffers for {Count} parties.", nameof(theirs));
        if (_failure is not null) throw new PeerLostException($"The session's mesh is closed: {_failure.Message}", _failure);
        if (Interlocked.Exchange(ref _busy, 1) != 0) throw new InvalidOperationException("Two rounds at once; put openings of one round into one exchange.");

        MeshFrame.WriteHeader(_beginning, mine.Length, _round);
        var head = Math.Min(mine.Length, BeginningLength - MeshFrame.HeaderLength);
        mine.Span[..head].CopyTo(_beginning.AsSpan(MeshFrame.HeaderLength));
        return ExchangeFramesAsync(_beginning.AsMemory(0, MeshFrame.HeaderLength + head), mine[head..], theirs, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _failure ??= new ObjectDisposedException(nameof(TlsMesh));
        foreach (var link in _links) link?.Dispose();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExchangeFramesAsync(
        ReadOnlyMemory<byte> beginning, ReadOnlyMemory<byte> rest, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        // Everything is started before anything is awaited: a large message would otherwise wait for a peer that waits for us.
        // Each of these value tasks is awaited exactly once, below.
#pragma warning disable CA2012
        for (var i = 0; i < _links.Length; i++)
            _sending[i] = _links[i] is { } link ? SendAsync(link, beginning, rest, cancellation) : default;
        for (var i = 0; i < _links.Length; i++)
            _receiving[i] = _links[i] is { } link ? ReceiveAsync(link, theirs[i], cancellation) : default;
#pragma warning restore CA2012
        long received = 0;
        for (var i = 0; i < _links.Length; i++)
        {
            await _receiving[i];
            await _sending[i];
            if (_links[i] is not null) received += MeshFrame.HeaderLength + theirs[i].Length;
        }

        if ((_failure ??= _sendFailure) is { } failure) ExceptionDispatchInfo.Throw(failure);
        Interlocked.Add(ref _bytesSent, (Count - 1L) * (beginning.Length + rest.Length));
        Interlocked.Add(ref _bytesReceived, received);
        Interlocked.Increment(ref _round);
        Volatile.Write(ref _busy, 0);
    }

    /// <summary>
    /// Never throws. A failed send alone ends nothing: the receive from the same peer ends too, and says better what the peer did.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(MeshLink link, ReadOnlyMemory<byte> beginning, ReadOnlyMemory<byte> rest, CancellationToken cancellation)
    {
        try
        {
            await link.SendAsync(beginning, rest, cancellation);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _sendFailure, error, null);
        }
    }

    /// <summary>Never throws: keeps the first failure and drops all links, so that every other operation of the round ends too.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync(MeshLink link, Memory<byte> payload, CancellationToken cancellation)
    {
        try
        {
            await link.ReceiveAsync(_round, payload, cancellation);
        }
        catch (Exception error)
        {
            if (Interlocked.CompareExchange(ref _failure, error, null) is null)
                foreach (var other in _links) other?.Abort();
        }
    }
}
