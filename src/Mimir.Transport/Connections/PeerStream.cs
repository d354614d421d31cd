using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Mimir.Spdz;
using Mimir.Transport.Limits;

namespace Mimir.Transport.Connections;

/// <summary>
/// A duplex byte stream to one peer, after TLS and greeting. Every failure of the connection, its end included (all protocols
/// here know how much they read), is a <see cref="PeerLostException"/> that names the peer; a read or write without progress for
/// the stall timeout is one too. One reader and one writer may be active at a time; steady state allocates nothing.
/// </summary>
public sealed class PeerStream : Stream
{
    private readonly Stream _inner;
    private readonly SocketStream _plain;
    private readonly Socket _socket;
    private readonly StallWatch _watch;
    private readonly TimeSpan _stallTimeout;
    private readonly IDisposable? _revocation;
    private volatile string? _revoked;
    private long _bytesReceived;
    private long _bytesSent;
    private int _disposed;

    internal PeerStream(Stream inner, SocketStream plain, Socket socket, RemotePeer peer, Hello hello, TlsSettings settings)
    {
        (_inner, _plain, _socket, Peer, Hello, _stallTimeout) = (inner, plain, socket, peer, hello, settings.StallTimeout);
        _watch = new StallWatch(settings.Clock, settings.StallTimeout, Abort);
        if (peer.Identity is { } identity) _revocation = settings.Anchors.Revocations.Watch(identity, Revoke);
    }

    /// <summary>Who is at the other end.</summary>
    public RemotePeer Peer { get; }

    /// <summary>The greeting of the side that dialled: purpose, session, party index.</summary>
    public Hello Hello { get; }

    /// <summary>On the accepting side: what its port's limits count, given back at the end.</summary>
    internal ConnectionPass? Pass { private get; set; }

    /// <summary>Bytes read so far, before TLS's own framing.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Bytes written so far, before TLS's own framing.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <summary>Not supported.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Reads at least one byte (unless <paramref name="buffer"/> is empty).</summary>
    /// <exception cref="PeerLostException">The peer closed the connection, reset it or went silent.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        _watch.ReadStarts();
        try
        {
            return Received(_inner.Read(buffer));
        }
        catch (Exception error) when (IsLoss(error))
        {
            throw Lost(error);
        }
        finally
        {
            _watch.ReadEnds();
        }
    }

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc cref="Read(Span{byte})"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        _watch.ReadStarts();
        try
        {
            return Received(await _inner.ReadAsync(buffer, cancellationToken));
        }
        catch (Exception error) when (IsLoss(error))
        {
            throw Lost(error);
        }
        finally
        {
            _watch.ReadEnds();
        }
    }

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes everything; one TLS record when at most 16 KB.</summary>
    /// <exception cref="PeerLostException">The peer closed or reset the connection, or reads no more.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _watch.WriteStarts();
        try
        {
            _inner.Write(buffer);
            _plain.Flush();
            Interlocked.Add(ref _bytesSent, buffer.Length);
        }
        catch (Exception error) when (IsLoss(error))
        {
            throw Lost(error);
        }
        finally
        {
            _watch.WriteEnds();
        }
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _watch.WriteStarts();
        try
        {
            await _inner.WriteAsync(buffer, cancellationToken);
            await _plain.SendAsync(cancellationToken);
            Interlocked.Add(ref _bytesSent, buffer.Length);
        }
        catch (Exception error) when (IsLoss(error))
        {
            throw Lost(error);
        }
        finally
        {
            _watch.WriteEnds();
        }
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Nothing to do: every write leaves at once.</summary>
    public override void Flush() { }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Drops the connection at once: pending reads and writes on both sides fail.</summary>
    public void Abort() => _socket.Dispose();

    /// <summary>Readers look for arriving bytes for a few microseconds before their thread gives way: for rounds, not for streams.</summary>
    internal void LookAhead() => _plain.LooksAhead = true;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _watch.Dispose();
        _revocation?.Dispose();
        try
        {
            _inner.Dispose();
        }
        catch (Exception error) when (IsLoss(error))
        {
            // The peer is gone already; there is nobody to say goodbye to.
        }

        _socket.Dispose();
        Pass?.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsLoss(Exception error) => error is IOException or SocketException or ObjectDisposedException or AuthenticationException;

    private int Received(int count)
    {
        if (count == 0) throw new EndOfStreamException("it closed the connection");
        Interlocked.Add(ref _bytesReceived, count);
        return count;
    }

    /// <summary>The authority has revoked the peer: nothing more is read from it or written to it.</summary>
    private void Revoke(string reason)
    {
        _revoked = reason;
        Abort();
    }

    private PeerLostException Lost(Exception error)
    {
        if (_revoked is { } revoked) return new PeerLostException($"{Peer} was lost: {revoked}; its connections are closed.", error);
        var reason = _watch.HasStalled ? $"no byte moved for {_stallTimeout.TotalSeconds:0.#} s"
            : error is EndOfStreamException ? error.Message
            : error is ObjectDisposedException ? "the connection was closed on this side"
            : error.InnerException is SocketException inner ? inner.Message
            : error.Message;
        return new PeerLostException($"{Peer} was lost: {reason}.", error);
    }
}
