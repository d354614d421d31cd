using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mimir.Transport.Connections;

/// <summary>
/// A connected socket, read and written in large pieces: TLS asks for one record of 16 KB at a time and hands over one at a time, and here
/// one call into the system serves up to eight. What is written leaves with <see cref="Flush"/> or when the buffer is
/// full. One reader and one writer may be active at a time; steady state allocates nothing.
/// </summary>
internal sealed class SocketStream(Socket socket) : Stream
{
    // Eight TLS records; with the work, still within a second-level cache.
    private const int BufferBytes = 128 * 1024;

    private static readonly long LongestLook = Stopwatch.Frequency / 1_000_000 * 30;
    private static readonly long ShortestLook = Stopwatch.Frequency / 1_000_000;
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly byte[] _written = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private long _look = LongestLook;
    private int _start;
    private int _end;
    private int _filled;

    /// <summary>
    /// Whether a reader looks for arriving bytes for a few microseconds before its thread gives way: a peer in step answers within that
    /// time, and waking up through the thread pool costs more.
    /// </summary>
    public bool LooksAhead { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            try { _end = socket.Receive(_received); }
            catch (SocketException error) { throw Broken(error); }
        }
        return Take(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            if (LooksAhead) Look();
            _start = _end = 0;
            try { _end = await socket.ReceiveAsync(_received.AsMemory(), SocketFlags.None, cancellationToken); }
            catch (SocketException error) { throw Broken(error); }
        }
        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Fill(buffer)..];
            if (_filled == BufferBytes) Flush();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Fill(buffer.Span)..];
            if (_filled == BufferBytes) await SendAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        try
        {
            for (var sent = 0; sent < _filled;) sent += socket.Send(_written.AsSpan(sent, _filled - sent));
        }
        catch (SocketException error)
        {
            throw Broken(error);
        }
        _filled = 0;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _filled == 0 ? Task.CompletedTask : SendAsync(cancellationToken).AsTask();

    /// <summary>What <see cref="Flush"/> does, without a task object.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(CancellationToken cancellation)
    {
        try
        {
            for (var sent = 0; sent < _filled;)
                sent += await socket.SendAsync(_written.AsMemory(sent, _filled - sent), SocketFlags.None, cancellation);
        }
        catch (SocketException error)
        {
            throw Broken(error);
        }
        _filled = 0;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) socket.Dispose();
        base.Dispose(disposing);
    }

    private static IOException Broken(SocketException error) => new(error.Message, error);

    private int Take(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, _end - _start);
        _received.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    private int Fill(ReadOnlySpan<byte> source)
    {
        var count = Math.Min(source.Length, BufferBytes - _filled);
        source[..count].CopyTo(_written.AsSpan(_filled));
        _filled += count;
        return count;
    }

    // The time halves whenever it was in vain, and doubles when it was not, so that on a busy machine it costs next to nothing.
    private void Look()
    {
        var started = Stopwatch.GetTimestamp();
        while (!HasArrived())
        {
            if (Stopwatch.GetTimestamp() - started < _look) continue;
            _look = Math.Max(_look / 2, ShortestLook);
            return;
        }
        _look = Math.Min(_look * 2, LongestLook);
    }

    private bool HasArrived()
    {
        try
        {
            return socket.Available > 0;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The read that follows says what happened.
            return true;
        }
    }
}
