using System.Text;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>
/// What Intel's provisioning service sends outside of the body: issuer chains in header fields (TCB-Info-Issuer-Chain, SGX-PCK-CRL-Issuer-Chain,
/// SGX-Enclave-Identity-Issuer-Chain), PEM in percent-encoding (RFC 3986 section 2.1). A saved field, a file of saved header fields, and a whole saved answer are read.
/// Source: Intel PCS API v4.
/// </summary>
internal static class HttpAnswer
{
    private const int MostHeads = 4;
    private const int LongestText = 1 << 17;

    private static ReadOnlySpan<byte> EncodedBegin => "-----BEGIN%20"u8;

    /// <summary>Whether <paramref name="bytes"/> hold PEM in percent-encoding.</summary>
    public static bool HoldsEncodedPem(ReadOnlySpan<byte> bytes) => bytes.IndexOf(EncodedBegin) >= 0;

    /// <summary>Whether <paramref name="bytes"/> begin as a saved answer.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.StartsWith("HTTP/"u8);

    /// <summary>Head and body of a saved answer; of several heads (a proxy's, a redirection's) all but the body. Null if the head does not end.</summary>
    public static (ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body)? Split(ReadOnlyMemory<byte> bytes)
    {
        var at = 0;
        for (var i = 0; i < MostHeads && Recognises(bytes.Span[at..]); i++)
        {
            if (EndOfHead(bytes.Span[at..]) is not { } length) return null;
            at += length;
        }
        return Recognises(bytes.Span[at..]) ? null : (bytes[..at], bytes[at..]);
    }

    /// <summary>The text of every field that is percent-encoded PEM, decoded; null if one is not text, or not whole.</summary>
    public static string? DecodePem(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LongestText || !Ascii.IsValid(bytes)) return null;
        var text = Encoding.ASCII.GetString(bytes);
        var words = text.Split((char[])[' ', '\t', '\r', '\n', '"', '\0'], StringSplitOptions.RemoveEmptyEntries);
        var decoded = string.Join('\n', words.Where(w => w.StartsWith("-----BEGIN%20", StringComparison.Ordinal)).Select(Uri.UnescapeDataString));
        // What begins outside of a field, or before its first block, would otherwise be left out in silence.
        return Ascii.IsValid(decoded) && Count(text, "BEGIN%20") == Count(decoded, "-----BEGIN ") ? decoded : null;
    }

    private static int Count(string text, string marker) => text.AsSpan().Count(marker);

    private static int? EndOfHead(ReadOnlySpan<byte> bytes)
    {
        var (strict, bare) = (bytes.IndexOf("\r\n\r\n"u8), bytes.IndexOf("\n\n"u8));
        return strict >= 0 && (bare < 0 || strict < bare) ? strict + 4 : bare >= 0 ? bare + 2 : null;
    }
}
