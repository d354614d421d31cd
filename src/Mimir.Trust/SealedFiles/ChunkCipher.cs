using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mimir.Trust.SealedFiles;

/// <summary>
/// The chunks of one sealed file: AES-256-GCM under the file's own key, nonce = 3 zeros ‖ (1 if last, else 0) ‖ index (8, big-endian), associated data =
/// <see cref="SealedHeader.ChunkContext"/>. A chunk opens at its own place only, and as the last one only if it was written as that (STREAM).
/// </summary>
/// <remarks>Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online authenticated-encryption and its nonce-reuse misuse-resistance", 2015, section 7.</remarks>
internal sealed class ChunkCipher(ReadOnlySpan<byte> fileKey, SealedHeader header) : IDisposable
{
    public const int TagLength = SealedHeader.TagLength;
    private readonly AesGcm _aes = new(fileKey, TagLength);
    private readonly byte[] _context = header.ChunkContext;

    /// <summary>Bytes of plaintext in every chunk but the last.</summary>
    public int ChunkSize { get; } = 1 << header.Terms.ChunkBits;

    /// <summary>Where a chunk begins in the file.</summary>
    public long Offset(long index) => SealedHeader.Size + index * (ChunkSize + TagLength);

    /// <summary>destination = ciphertext ‖ tag.</summary>
    public void Seal(long index, bool last, ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
        _aes.Encrypt(Nonce(stackalloc byte[12], index, last), plaintext, destination[..plaintext.Length], destination.Slice(plaintext.Length, TagLength), _context);

    /// <summary>Whether ciphertext ‖ tag is this chunk; if not, <paramref name="destination"/> is zeroed.</summary>
    public bool TryOpen(long index, bool last, ReadOnlySpan<byte> sealedChunk, Span<byte> destination)
    {
        try
        {
            var length = sealedChunk.Length - TagLength;
            _aes.Decrypt(Nonce(stackalloc byte[12], index, last), sealedChunk[..length], sealedChunk[length..], destination[..length], _context);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();

    private static Span<byte> Nonce(Span<byte> nonce, long index, bool last)
    {
        nonce.Clear();
        nonce[3] = last ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], index);
        return nonce;
    }
}
