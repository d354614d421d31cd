using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mimir.Trust.KeyRelease;

namespace Mimir.Trust.SealedFiles;

/// <summary>
/// The first 512 bytes of a sealed file, big-endian. Every file has its own random key; the header holds it encrypted under the data
/// key, so that another data key needs another header only.
/// </summary>
/// <remarks>
/// <code>
///   0  magic "MIMIRSEA"    8 | 8  version 1     1 | 9  log2 chunk bytes  1 | 10 file id       16
///  26  counter             8 | 34 salt         32 | 66 key check        32 | 98 wrapped key   32 | 130 tag 16
/// 146  key name (1 + 63)  64 | 210 label (1 + 63) 64 | 274 measurement (1 + 64) 65 | 339 zeros 173
/// </code>
/// (wrap key ‖ key check) = HKDF-SHA256(data key, salt, "mimir sealed file v1"); wrapped key, tag = AES-256-GCM(wrap key, nonce 0,
/// file key), where all other bytes of the header are associated data. The salt is fresh for every wrapping, so the nonce is used once.
/// The key check commits to the data key (GCM alone does not) and tells a wrong key from an altered header.
/// </remarks>
internal sealed class SealedHeader
{
    public const int Size = 512;
    public const int TagLength = 16;
    private const byte Version = 1;
    private const int VersionAt = 8, ChunkBitsAt = 9, FileIdAt = 10, CounterAt = 26, SaltAt = 34, CheckAt = 66, WrappedAt = 98, TagAt = 130;
    private const int KeyNameAt = 146, LabelAt = 210, MeasurementAt = 274, End = 339;
    private const int FileIdLength = 16, SaltLength = 32, KeyLength = 32;

    private readonly byte[] _bytes;

    private SealedHeader(byte[] bytes) => _bytes = bytes;

    /// <summary>What every sealed file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "MIMIRSEA"u8;

    /// <summary>The 512 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>What never changes, and is associated data of every chunk: magic, version, chunk size, file id.</summary>
    public byte[] ChunkContext => _bytes[..CounterAt];

    /// <summary>The name of the data key that opens it.</summary>
    public string KeyName => Text(KeyNameAt);

    /// <summary>The public facts.</summary>
    public SealTerms Terms => new(Text(LabelAt))
    {
        Measurement = _bytes.AsMemory(MeasurementAt + 1, _bytes[MeasurementAt]),
        Counter = BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(CounterAt)),
        ChunkBits = _bytes[ChunkBitsAt],
    };

    /// <summary>A header with a fresh file id and file key; the caller zeroes <paramref name="fileKey"/>.</summary>
    public static SealedHeader Create(DataKey key, SealTerms terms, Span<byte> fileKey)
    {
        Span<byte> fileId = stackalloc byte[FileIdLength];
        RandomNumberGenerator.Fill(fileId);
        RandomNumberGenerator.Fill(fileKey);
        return Wrap(key, terms, fileId, fileKey);
    }

    /// <summary>The same file under another key or other terms: only the chunk size and the file key stay.</summary>
    public SealedHeader Rewrap(DataKey key, SealTerms terms, ReadOnlySpan<byte> fileKey) =>
        Wrap(key, terms with { ChunkBits = _bytes[ChunkBitsAt] }, _bytes.AsSpan(FileIdAt, FileIdLength), fileKey);

    /// <summary>Reads the form of a header; says nothing about its truth before <see cref="Unwrap"/>.</summary>
    /// <exception cref="SealedFileException">It has not this form.</exception>
    public static SealedHeader Parse(ReadOnlySpan<byte> bytes, string path)
    {
        if (!bytes.StartsWith(Magic)) throw new SealedFileException(SealRefusal.NotSealed, $"{path}: is not a sealed file");
        if (bytes.Length != Size) throw new SealedFileException(SealRefusal.Truncated, $"{path}: ends within its header; copy it again");
        var header = new SealedHeader(bytes.ToArray());
        if (bytes[VersionAt] != Version)
            throw new SealedFileException(SealRefusal.UnknownFormat, $"{path}: has format version {bytes[VersionAt]}, and this program knows {Version}");
        if (!header.IsWellFormed()) throw new SealedFileException(SealRefusal.UnknownFormat, $"{path}: its header has a field of no known form; copy it again");
        return header;
    }

    /// <summary>Decrypts the file key, which authenticates the whole header.</summary>
    /// <exception cref="SealedFileException">Another key, or the header was altered.</exception>
    public void Unwrap(DataKey key, Span<byte> fileKey, string path)
    {
        if (key.Name != KeyName)
            throw new SealedFileException(SealRefusal.WrongKey, $"{path}: is sealed under the key '{KeyName}', and the key given is '{key.Name}'");
        Span<byte> derived = stackalloc byte[2 * KeyLength];
        try
        {
            Derive(key, _bytes.AsSpan(SaltAt, SaltLength), derived);
            if (!CryptographicOperations.FixedTimeEquals(derived[KeyLength..], _bytes.AsSpan(CheckAt, KeyLength)))
                throw new SealedFileException(SealRefusal.WrongKey, $"{path}: was sealed under another key that is also called '{key.Name}', or its header was altered");
            using var aes = new AesGcm(derived[..KeyLength], TagLength);
            aes.Decrypt(stackalloc byte[12], _bytes.AsSpan(WrappedAt, KeyLength), _bytes.AsSpan(TagAt, TagLength), fileKey, AssociatedData(_bytes));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new SealedFileException(SealRefusal.HeaderAltered, $"{path}: its header was altered; restore the file");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static SealedHeader Wrap(DataKey key, SealTerms terms, ReadOnlySpan<byte> fileId, ReadOnlySpan<byte> fileKey)
    {
        if (!terms.AreValid) throw new ArgumentException("The label, measurement length or chunk size is outside its range.", nameof(terms));
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        (bytes[VersionAt], bytes[ChunkBitsAt]) = (Version, (byte)terms.ChunkBits);
        fileId.CopyTo(bytes.AsSpan(FileIdAt));
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(CounterAt), terms.Counter);
        RandomNumberGenerator.Fill(bytes.AsSpan(SaltAt, SaltLength));
        Put(bytes, KeyNameAt, Encoding.ASCII.GetBytes(key.Name));
        Put(bytes, LabelAt, Encoding.ASCII.GetBytes(terms.Label));
        Put(bytes, MeasurementAt, terms.Measurement.Span);
        Span<byte> derived = stackalloc byte[2 * KeyLength];
        try
        {
            Derive(key, bytes.AsSpan(SaltAt, SaltLength), derived);
            derived[KeyLength..].CopyTo(bytes.AsSpan(CheckAt));
            using var aes = new AesGcm(derived[..KeyLength], TagLength);
            aes.Encrypt(stackalloc byte[12], fileKey, bytes.AsSpan(WrappedAt, KeyLength), bytes.AsSpan(TagAt, TagLength), AssociatedData(bytes));
            return new SealedHeader(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static void Derive(DataKey key, ReadOnlySpan<byte> salt, Span<byte> derived) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Bytes, derived, salt, "mimir sealed file v1"u8);

    private static byte[] AssociatedData(ReadOnlySpan<byte> bytes) => [.. bytes[..WrappedAt], .. bytes[KeyNameAt..]];

    private static void Put(byte[] bytes, int at, ReadOnlySpan<byte> value)
    {
        bytes[at] = (byte)value.Length;
        value.CopyTo(bytes.AsSpan(at + 1));
    }

    private bool IsWellFormed() =>
        _bytes[KeyNameAt] <= PeerName.MaxLength && PeerName.IsValid(KeyName)
        && _bytes[LabelAt] <= SealTerms.LongestLabel && _bytes[MeasurementAt] <= 64 && Terms.AreValid
        && !_bytes.AsSpan(KeyNameAt + 1 + _bytes[KeyNameAt], PeerName.MaxLength - _bytes[KeyNameAt]).ContainsAnyExcept((byte)0)
        && !_bytes.AsSpan(LabelAt + 1 + _bytes[LabelAt], SealTerms.LongestLabel - _bytes[LabelAt]).ContainsAnyExcept((byte)0)
        && !_bytes.AsSpan(MeasurementAt + 1 + _bytes[MeasurementAt], End - MeasurementAt - 1 - _bytes[MeasurementAt]).ContainsAnyExcept((byte)0)
        && !_bytes.AsSpan(End).ContainsAnyExcept((byte)0);

    private string Text(int at) => Encoding.Latin1.GetString(_bytes, at + 1, _bytes[at]);
}
