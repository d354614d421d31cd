using System.Text;

namespace Mimir.Trust.Audit;

/// <summary>The only texts that an audit log contains: they can be printed as they are and forge no line.</summary>
public static class AuditText
{
    /// <summary>The longest text; a certificate needs the most.</summary>
    public const int Longest = 8192;

    /// <summary>Whether <paramref name="text"/> consists of 1 to <see cref="Longest"/> letters, digits and <c>. - _ : / + =</c>.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_' or ':' or '/' or '+' or '=')) return false;
        return text.Length is > 0 and <= Longest;
    }

    /// <summary>An enumeration's word as it is written: <c>TooFewShares</c> becomes <c>too-few-shares</c>.</summary>
    public static string Word<T>(T value) where T : struct, Enum
    {
        var word = new StringBuilder();
        foreach (var c in value.ToString())
        {
            if (char.IsAsciiLetterUpper(c) && word.Length > 0) word.Append('-');
            word.Append(char.ToLowerInvariant(c));
        }
        return word.ToString();
    }

    /// <summary>A peer: <c>party/p0</c>.</summary>
    public static string Peer(Role role, string name) => $"{role.ToName()}/{PeerName.Require(name)}";

    /// <summary>A digest, measurement or key identifier.</summary>
    public static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
