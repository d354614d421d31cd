using System.Text;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>Evidence that somebody saved as text: hexadecimal digits or canonical base64, with any white space.</summary>
internal static class TextForm
{
    /// <summary>The bytes that the text stands for; the bytes themselves if they are no such text.</summary>
    public static ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || !Ascii.IsValid(bytes.Span)) return bytes;
        var text = string.Concat(Encoding.ASCII.GetString(bytes.Span).Where(c => !char.IsWhiteSpace(c)));
        if (text.Length > 0 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)) return Convert.FromHexString(text);
        var decoded = new byte[text.Length];
        return Convert.TryFromBase64String(text, decoded, out var length) && length > 0 && Convert.ToBase64String(decoded.AsSpan(0, length)) == text
            ? decoded.AsMemory(0, length)
            : bytes;
    }
}
