using System.IO.Pipelines;

namespace Mimir.Spdz.Channels;

/// <summary>A pair of connected in-memory duplex streams with backpressure, for tests and simulations.</summary>
public sealed class DuplexMemoryStream : Stream
{
    private readonly Stream _read;
    private readonly Stream _write;

    private DuplexMemoryStream(PipeReader reader, PipeWriter writer) => (_read, _write) = (reader.AsStream(), writer.AsStream());

    /// <summary>Both ends.</summary>
    public static (Stream A, Stream B) Pair()
    {
        var options = new PipeOptions(pauseWriterThreshold: 1 << 22, resumeWriterThreshold: 1 << 21, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        return (new DuplexMemoryStream(back.Reader, there.Writer), new DuplexMemoryStream(there.Reader, back.Writer));
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _read.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _write.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _read.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => _write.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override void Flush() => _write.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _write.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _write.Dispose();
            _read.Dispose();
        }
        base.Dispose(disposing);
    }
}
