using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Mimir.Trust.KeyRelease;

namespace Mimir.Trust.SealedFiles;

/// <summary>
/// Reads a sealed file at random, one chunk in memory at a time. Opening authenticates the header and the last chunk, so
/// <see cref="Length"/> is true; every other chunk is authenticated when it is read. Thread-safe.
/// </summary>
public sealed class SealedFileReader : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly SealedHeader _header;
    private readonly ChunkCipher _cipher;
    private readonly Lock _lock = new();
    private readonly byte[] _chunk;
    private readonly byte[] _sealed;
    private readonly long _chunks;
    private long _cached = -1;
    private bool _disposed;

    private SealedFileReader(string path, SafeFileHandle file, SealedHeader header, ReadOnlySpan<byte> fileKey)
    {
        (_path, _file, _header) = (path, file, header);
        _cipher = new ChunkCipher(fileKey, header);
        var sealedSize = _cipher.ChunkSize + ChunkCipher.TagLength;
        _chunk = GC.AllocateUninitializedArray<byte>(_cipher.ChunkSize, pinned: true);
        _sealed = new byte[sealedSize];
        var payload = RandomAccess.GetLength(file) - SealedHeader.Size;
        _chunks = payload / sealedSize + (payload % sealedSize == 0 ? 0 : 1);
        Length = payload - _chunks * ChunkCipher.TagLength;
        if (_chunks == 0 || LengthOf(_chunks - 1) < (_chunks == 1 ? 0 : 1))
            throw new SealedFileException(SealRefusal.Truncated, $"{path}: is cut off; copy it again");
        Fetch(_chunks - 1);
    }

    /// <summary>Bytes of plaintext.</summary>
    public long Length { get; }

    /// <summary>The name of its key.</summary>
    public string KeyName => _header.KeyName;

    /// <summary>Its public facts, authenticated.</summary>
    public SealTerms Terms => _header.Terms;

    /// <summary>Whether the file begins like a sealed one. False when it cannot be read.</summary>
    public static bool IsSealed(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> magic = stackalloc byte[SealedHeader.Magic.Length];
            return RandomAccess.Read(file, magic, 0) == magic.Length && magic.SequenceEqual(SealedHeader.Magic);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The name of the key that a file asks for: read before the key is known, so NOT authenticated.</summary>
    /// <exception cref="SealedFileException">Not a sealed file.</exception>
    public static string PeekKeyName(string path)
    {
        using var file = File.OpenHandle(path);
        return ReadHeader(file, path).KeyName;
    }

    /// <summary>Opens <paramref name="path"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">Its data key; needed during this call only.</param>
    /// <param name="expected">What the file must be; null: whatever it says.</param>
    /// <exception cref="SealedFileException">With the reason.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SealedFileReader Open(string path, DataKey key, SealExpectations? expected = null)
    {
        var file = File.OpenHandle(path);
        Span<byte> fileKey = stackalloc byte[DataKey.Size];
        try
        {
            var header = ReadHeader(file, path);
            header.Unwrap(key, fileKey, path);
            var reader = new SealedFileReader(path, file, header, fileKey);
            expected?.Require(reader.Terms, path);
            return reader;
        }
        catch
        {
            file.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <summary>Bytes [<paramref name="offset"/>, offset + destination.Length) of the plaintext.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside the file.</exception>
    /// <exception cref="SealedFileException">A chunk does not belong there; the destination holds nothing of it.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (destination.Length > 0)
            {
                var within = (int)(offset % _cipher.ChunkSize);
                Fetch(offset / _cipher.ChunkSize);
                var count = Math.Min(destination.Length, _cipher.ChunkSize - within);
                _chunk.AsSpan(within, count).CopyTo(destination);
                destination = destination[count..];
                offset += count;
            }
        }
    }

    /// <summary>The plaintext as a stream, which does not own this reader.</summary>
    public Stream AsStream() => new SealedFileStream(this);

    /// <summary>Closes the file and zeroes the chunk in memory.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_chunk);
            _cipher.Dispose();
            _file.Dispose();
        }
    }

    /// <summary>The file key, for rekeying; the caller zeroes it.</summary>
    internal static SealedHeader OpenHeader(string path, DataKey key, Span<byte> fileKey)
    {
        using var file = File.OpenHandle(path);
        var header = ReadHeader(file, path);
        header.Unwrap(key, fileKey, path);
        return header;
    }

    private static SealedHeader ReadHeader(SafeFileHandle file, string path)
    {
        Span<byte> bytes = stackalloc byte[SealedHeader.Size];
        return SealedHeader.Parse(bytes[..Fill(file, bytes, 0)], path);
    }

    private int LengthOf(long index) => (int)Math.Min(_cipher.ChunkSize, Length - index * _cipher.ChunkSize);

    private void Fetch(long index)
    {
        if (_cached == index) return;
        _cached = -1;
        var text = _sealed.AsSpan(0, LengthOf(index) + ChunkCipher.TagLength);
        if (Fill(_file, text, _cipher.Offset(index)) != text.Length)
            throw new SealedFileException(SealRefusal.Truncated, $"{_path}: became shorter while it was read");
        if (!_cipher.TryOpen(index, index == _chunks - 1, text, _chunk))
            throw new SealedFileException(SealRefusal.ChunkAltered, $"{_path}: chunk {index} of {_chunks} was altered, moved, or the file was cut or extended there; restore the file");
        _cached = index;
    }

    private static int Fill(SafeFileHandle file, Span<byte> destination, long offset)
    {
        var done = 0;
        while (done < destination.Length && RandomAccess.Read(file, destination[done..], offset + done) is > 0 and var read) done += read;
        return done;
    }
}
