using System.Security.Cryptography;
using System.Text;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>Strict PEM (RFC 7468): any text between blocks, canonical base64 within.</summary>
internal static class PemText
{
    private const int MostBlocks = 64;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN "u8;

    /// <summary>Whether <paramref name="bytes"/> hold a block's beginning.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.IndexOf(Begin) >= 0;

    /// <summary>The blocks' labels and contents; null if one is damaged, or there are too many.</summary>
    public static IReadOnlyList<(string Label, byte[] Content)>? TryRead(ReadOnlySpan<byte> bytes)
    {
        // A terminating zero byte is common where a C program wrote the file.
        var ascii = bytes.TrimEnd((byte)0);
        if (!Ascii.IsValid(ascii)) return null;
        ReadOnlySpan<char> text = Encoding.ASCII.GetString(ascii);
        var blocks = new List<(string, byte[])>();
        var begins = Count(text, "-----BEGIN ");
        var ends = Count(text, "-----END ");
        if (begins > MostBlocks || begins != ends) return null; // more would make the search quadratic
        while (PemEncoding.TryFind(text, out var fields))
        {
            var content = Convert.FromBase64String(text[fields.Base64Data].ToString());
            if (!IsCanonical(text[fields.Base64Data], content)) return null;
            blocks.Add((text[fields.Label].ToString(), content));
            text = text[fields.Location.End..];
        }

        // What looks like a block and is none would otherwise be skipped in silence.
        return blocks.Count == begins ? blocks : null;
    }

    private static int Count(ReadOnlySpan<char> text, string marker) => System.MemoryExtensions.Count(text, marker);

    private static bool IsCanonical(ReadOnlySpan<char> base64, byte[] content)
    {
        var stripped = string.Concat(base64.ToString().Where(c => !char.IsWhiteSpace(c)));
        return stripped == Convert.ToBase64String(content);
    }
}
