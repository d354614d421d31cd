using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Mimir.Trust.Revocations;

/// <summary>
/// A signed list on the wire, big-endian: <c>content length u32 ‖ content ‖ signature</c>, the signature ECDSA over
/// <c>"mimir/revocations/v1" ‖ content</c> (DER, SHA-256). Content: <c>"MRL1" ‖ version u64 ‖ time u64 (Unix, ms) ‖ entries u16 ‖ (kind u8 ‖ value ‖ reason)* ‖ successors u8 ‖
/// certificate*</c>; each text and certificate with its length (u16) before it.
/// </summary>
public static class RevocationCodec
{
    /// <summary>Largest signed list, bytes.</summary>
    public const int Largest = 1 << 20;

    private const int LargestSignature = 160, LargestCertificate = 4096;

    private static ReadOnlySpan<byte> Magic => "MRL1"u8;

    private static ReadOnlySpan<byte> Context => "mimir/revocations/v1"u8;

    /// <summary>Reads a signed list and returns it with its signed bytes and signature. Nothing of it is verified.</summary>
    /// <exception cref="RevocationRefusedException">It is malformed.</exception>
    internal static (RevocationList List, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Signature) Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length is < 4 or > Largest) throw Malformed();
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span);
        if (length > (uint)(bytes.Length - 4)) throw Malformed();
        var content = bytes.Slice(4, (int)length);
        var signature = bytes[(4 + (int)length)..];
        if (signature.Length is 0 or > LargestSignature) throw Malformed();
        return (new Reader(content.Span).List(), content, signature);
    }

    /// <summary>Reads a list that this process itself signed or has verified before.</summary>
    /// <exception cref="RevocationRefusedException">It is malformed.</exception>
    public static RevocationList Read(ReadOnlyMemory<byte> signed) => Decode(signed).List;

    /// <summary>Whether <paramref name="authority"/> signed <paramref name="content"/>.</summary>
    internal static bool Verify(X509Certificate2 authority, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature)
    {
        using var key = authority.GetECDsaPublicKey();
        return key is not null && key.VerifyData(Signed(content.Span), signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>What is signed.</summary>
    internal static byte[] Signed(ReadOnlySpan<byte> content) => [.. Context, .. content];

    /// <summary>Content and signature together.</summary>
    internal static byte[] Seal(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. content, .. signature];
    }

    /// <summary>The content of a list.</summary>
    /// <exception cref="ArgumentException">It is out of range.</exception>
    internal static byte[] Encode(RevocationList list)
    {
        if (list.Entries.Count > RevocationList.MostEntries || list.Successors.Count > RevocationList.MostSuccessors)
            throw new ArgumentException($"A revocation list has at most {RevocationList.MostEntries} entries and {RevocationList.MostSuccessors} successors.", nameof(list));
        if (list.Entries.FirstOrDefault(e => !e.IsWellFormed) is { } bad) throw new ArgumentException($"'{bad.Kind}' entry with a value or reason out of range.", nameof(list));
        if (list.Successors.Any(s => s.Length > LargestCertificate)) throw new ArgumentException("A successor's certificate is too large.", nameof(list));
        var writer = new List<byte>();
        Span<byte> number = stackalloc byte[8];
        writer.AddRange(Magic);
        BinaryPrimitives.WriteUInt64BigEndian(number, list.Version);
        writer.AddRange(number);
        BinaryPrimitives.WriteInt64BigEndian(number, list.Time.ToUnixTimeMilliseconds());
        writer.AddRange(number);
        writer.AddRange(U16(list.Entries.Count));
        foreach (var entry in list.Entries)
        {
            writer.Add((byte)entry.Kind);
            Put(Encoding.ASCII.GetBytes(entry.Value));
            Put(Encoding.ASCII.GetBytes(entry.Reason));
        }
        writer.Add((byte)list.Successors.Count);
        foreach (var successor in list.Successors) Put(successor.Span);
        return [.. writer];

        void Put(ReadOnlySpan<byte> content)
        {
            writer.AddRange(U16(content.Length));
            writer.AddRange(content);
        }
    }

    private static byte[] U16(int value) => [(byte)(value >> 8), (byte)(value & 0xff)];

    private static RevocationRefusedException Malformed() => new("revocation.malformed", "the list cannot be read; it is damaged, or of another release");

    private ref struct Reader(ReadOnlySpan<byte> content)
    {
        private ReadOnlySpan<byte> _rest = content;

        public RevocationList List()
        {
            if (!Take(4).SequenceEqual(Magic)) throw Malformed();
            var version = BinaryPrimitives.ReadUInt64BigEndian(Take(8));
            var time = BinaryPrimitives.ReadInt64BigEndian(Take(8));
            if (version == 0 || time < 0 || time > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) throw Malformed();
            var entries = new RevocationEntry[Count(BinaryPrimitives.ReadUInt16BigEndian(Take(2)), RevocationList.MostEntries)];
            for (var i = 0; i < entries.Length; i++)
            {
                entries[i] = new((RevocationKind)Take(1)[0], Text(), Text());
                if (!entries[i].IsWellFormed) throw Malformed();
            }
            var successors = new ReadOnlyMemory<byte>[Count(Take(1)[0], RevocationList.MostSuccessors)];
            for (var i = 0; i < successors.Length; i++) successors[i] = Sized(LargestCertificate).ToArray();
            if (!_rest.IsEmpty) throw Malformed();
            return new(version, DateTimeOffset.FromUnixTimeMilliseconds(time), entries, successors);
        }

        private string Text() => Encoding.Latin1.GetString(Sized(RevocationEntry.LongestReason));

        private ReadOnlySpan<byte> Sized(int most) => Take(Count(BinaryPrimitives.ReadUInt16BigEndian(Take(2)), most));

        private static int Count(int count, int most) => count <= most ? count : throw Malformed();

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length > _rest.Length) throw Malformed();
            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}
