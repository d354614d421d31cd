namespace Mimir.Trust;

/// <summary>The rule for names of processes: 1 to 63 characters out of a-z, 0-9, '.', '-', '_', starting with a letter or digit.</summary>
public static class PeerName
{
    /// <summary>The longest name, in characters and in ASCII bytes.</summary>
    public const int MaxLength = 63;

    /// <summary>Whether <paramref name="name"/> keeps to the rule, so that it can stand in a URI, a path and a log line as it is.</summary>
    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength || !char.IsAsciiLetterLower(name[0]) && !char.IsAsciiDigit(name[0]))
            return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-' or '_')) return false;
        return true;
    }

    /// <summary>Returns <paramref name="name"/> when valid.</summary>
    /// <exception cref="ArgumentException">The name breaks the rule.</exception>
    public static string Require(string name) => IsValid(name)
        ? name
        : throw new ArgumentException($"A name has 1 to {MaxLength} characters out of a-z, 0-9, '.', '-', '_' and starts with a letter or digit.", nameof(name));
}
