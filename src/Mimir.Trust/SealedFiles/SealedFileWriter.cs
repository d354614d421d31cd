using System.Security.Cryptography;
using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease;

namespace Mimir.Trust.SealedFiles;

/// <summary>
/// Writes a sealed file as a stream. The file appears under its name only with <see cref="Complete"/>, whole and on disk; disposing without it leaves
/// nothing. At most one chunk of plaintext is in memory.
/// </summary>
public sealed class SealedFileWriter : Stream
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly ChunkCipher _cipher;
    private readonly byte[] _chunk;
    private readonly byte[] _sealed;
    private int _filled;
    private long _index;
    private bool _completed;

    private SealedFileWriter(string path, FileStream file, SealedHeader header, ReadOnlySpan<byte> fileKey)
    {
        (_path, _file) = (path, file);
        _cipher = new ChunkCipher(fileKey, header);
        _chunk = GC.AllocateUninitializedArray<byte>(_cipher.ChunkSize, pinned: true);
        _sealed = new byte[_cipher.ChunkSize + ChunkCipher.TagLength];
        _file.Write(header.Bytes);
    }

    /// <summary>Begins a sealed file at <paramref name="path"/>, under a fresh file key.</summary>
    /// <exception cref="ArgumentException">The terms are outside their range.</exception>
    /// <exception cref="IOException">The directory cannot be written to.</exception>
    public static SealedFileWriter Create(string path, DataKey key, SealTerms terms)
    {
        Span<byte> fileKey = stackalloc byte[DataKey.Size];
        try
        {
            var header = SealedHeader.Create(key, terms, fileKey);
            return new SealedFileWriter(path, OwnerOnlyFile.CreateTemporary(path), header, fileKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_completed;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("A sealed file that is being written has no length yet.");

    /// <inheritdoc/>
    public override long Position { get => _index * _cipher.ChunkSize + _filled; set => throw new NotSupportedException("A sealed file is written from front to back."); }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        while (buffer.Length > 0)
        {
            // A full chunk waits for a byte behind it: only then it is known not to be the last.
            if (_filled == _chunk.Length) Seal(last: false);
            var count = Math.Min(buffer.Length, _chunk.Length - _filled);
            buffer[..count].CopyTo(_chunk.AsSpan(_filled));
            _filled += count;
            buffer = buffer[count..];
        }
    }

    /// <summary>Writes the last chunk, waits until the disk has everything, and gives the file its name.</summary>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        Seal(last: true);
        _completed = true;
        OwnerOnlyFile.Publish(_file, _path);
    }

    /// <summary>Does nothing: a part of a sealed file is of no use to anybody.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Open the file with SealedFileReader.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A sealed file is written from front to back.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A sealed file is written from front to back.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CryptographicOperations.ZeroMemory(_chunk);
            _cipher.Dispose();
            _file.Dispose();
            if (!_completed) File.Delete(_file.Name);
            _completed = true;
        }
        base.Dispose(disposing);
    }

    private void Seal(bool last)
    {
        _cipher.Seal(_index, last, _chunk.AsSpan(0, _filled), _sealed);
        _file.Write(_sealed.AsSpan(0, _filled + ChunkCipher.TagLength));
        _index++;
        _filled = 0;
    }
}
