namespace Mimir.Trust.SealedFiles;

/// <summary>A read-only, seekable view of a <see cref="SealedFileReader"/>.</summary>
internal sealed class SealedFileStream(SealedFileReader reader) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => reader.Length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Clamp(reader.Length - _position, 0, buffer.Length);
        reader.Read(Math.Min(_position, reader.Length), buffer[..count]);
        _position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => reader.Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A sealed file cannot be changed; seal the new content.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A sealed file cannot be changed; seal the new content.");
}
