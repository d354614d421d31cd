using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Mimir.Trust.Attestation;

/// <summary>
/// Evidence on the wire: <c>"MEV1" ‖ kind u8 ‖ parts u8 ‖ body ‖ part*</c> with body = <c>length u32 ‖ bytes</c> and part = <c>kind u8 ‖ length u32 ‖ bytes</c>;
/// lengths big-endian. One encoding per value: what decodes, encodes to the same bytes.
/// </summary>
public static class EvidenceCodec
{
    /// <summary>Largest body or part, bytes: an event log is 256 KiB.</summary>
    public const int LargestPart = 1 << 18;

    /// <summary>Largest whole encoding, bytes.</summary>
    public const int Largest = 1 << 20;

    /// <summary>Most parts beside the body.</summary>
    public const int MostParts = 64;

    /// <summary>Refusal: not this encoding, or a bound is exceeded.</summary>
    public const string Malformed = "evidence.malformed";

    private static ReadOnlySpan<byte> Magic => "MEV1"u8;

    /// <summary>The bytes of <paramref name="evidence"/>.</summary>
    /// <exception cref="ArgumentException">It exceeds a bound.</exception>
    public static byte[] Encode(Evidence evidence)
    {
        var length = Magic.Length + 2 + 4 + evidence.Body.Length + evidence.Parts.Sum(p => 5L + p.Bytes.Length);
        if (length > Largest || evidence.Parts.Count > MostParts || evidence.Body.Length > LargestPart || evidence.Parts.Any(p => p.Bytes.Length > LargestPart))
            throw new ArgumentException("The evidence is larger than the encoding allows.", nameof(evidence));
        var bytes = new byte[length];
        Magic.CopyTo(bytes);
        bytes[4] = (byte)evidence.Kind;
        bytes[5] = (byte)evidence.Parts.Count;
        var rest = Put(bytes.AsSpan(6), evidence.Body.Span);
        foreach (var part in evidence.Parts)
        {
            rest[0] = (byte)part.Kind;
            rest = Put(rest[1..], part.Bytes.Span);
        }

        return bytes;
    }

    /// <summary>Reads one encoding that fills <paramref name="bytes"/> exactly; the result refers to those bytes.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Evidence? evidence, [NotNullWhen(false)] out Refusal? refusal)
    {
        evidence = null;
        refusal = null;
        var span = bytes.Span;
        if (bytes.Length is < 10 or > Largest || !span.StartsWith(Magic)) return Refuse("does not begin as evidence, or is too large", out refusal);
        var kind = (EvidenceKind)span[4];
        int count = span[5];
        if (!Enum.IsDefined(kind) || count > MostParts) return Refuse("names an unknown kind or too many parts", out refusal);
        var at = 6;
        if (!Take(bytes, ref at, out var body)) return Refuse("ends within its body", out refusal);
        var parts = new EvidencePart[count];
        for (var i = 0; i < count; i++)
        {
            if (at >= bytes.Length) return Refuse("ends before its last part", out refusal);
            var part = (EvidencePartKind)span[at++];
            if (!Enum.IsDefined(part) || !Take(bytes, ref at, out var content)) return Refuse("holds an unknown or cut part", out refusal);
            parts[i] = new EvidencePart(part, content);
        }

        if (at != bytes.Length) return Refuse("goes on after its last part", out refusal);
        evidence = new Evidence(kind, body, parts);
        return true;
    }

    private static Span<byte> Put(Span<byte> destination, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, content.Length);
        content.CopyTo(destination[4..]);
        return destination[(4 + content.Length)..];
    }

    private static bool Take(ReadOnlyMemory<byte> bytes, ref int at, out ReadOnlyMemory<byte> content)
    {
        content = default;
        if (bytes.Length - at < 4) return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[at..]);
        at += 4;
        if (length > LargestPart || length > (uint)(bytes.Length - at)) return false;
        content = bytes.Slice(at, (int)length);
        at += (int)length;
        return true;
    }

    private static bool Refuse(string what, out Refusal? refusal)
    {
        refusal = new Refusal(Malformed, $"The evidence {what}.");
        return false;
    }
}
