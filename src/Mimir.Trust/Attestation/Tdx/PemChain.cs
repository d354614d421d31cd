using System.Text;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// The certificate chain inside a quote, PEM read strictly: lines of 64 characters, canonical Base64, nothing between the certificates but line
/// ends. Nothing signs this text, so that a lenient reader would accept altered bytes.
/// </summary>
internal static class PemChain
{
    private const string Begin = "-----BEGIN CERTIFICATE-----", End = "-----END CERTIFICATE-----";
    private const int LineLength = 64, Most = 8, LongestCertificate = 8 * 1024;

    /// <summary>The certificates, DER, in order; zero bytes may end the text, as C programs leave them.</summary>
    /// <exception cref="RefusedException">Not that form, or no certificate or too many.</exception>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)0);
        var found = new List<byte[]>();
        StringBuilder? block = null;
        var closing = false;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = Line(text[range]);
            if (block is null)
            {
                if (line.Length == 0) continue;
                if (line != Begin || found.Count == Most) throw Malformed();
                block = new StringBuilder();
                closing = false;
            }
            else if (line == End)
            {
                found.Add(Decode(block.ToString()));
                block = null;
            }
            else
            {
                if (closing || line.Length is 0 or > LineLength || block.Length > 2 * LongestCertificate) throw Malformed();
                closing = line.Length < LineLength;
                block.Append(line);
            }
        }

        return block is null && found.Count > 0 ? found : throw Malformed();
    }

    private static string Line(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
        return line.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? throw Malformed() : Encoding.ASCII.GetString(line);
    }

    private static byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == base64
            ? bytes[..length]
            : throw Malformed();
    }

    private static RefusedException Malformed() => new(TdxRefusals.Chain, "The quote's PCK certificate chain is not strict PEM.");
}
