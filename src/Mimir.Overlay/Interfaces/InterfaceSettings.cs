namespace Mimir.Overlay.Interfaces;

/// <summary>Which interface the overlay is, and where.</summary>
/// <param name="Name">Its name, 1 to 15 characters out of a-z, 0-9, '-', '_', beginning with a letter.</param>
/// <param name="Namespace">The network namespace (<c>ip netns</c>) that it is in, with its UDP port; null: this process's own.</param>
public sealed record InterfaceSettings(string Name, string? Namespace = null)
{
    /// <summary>The name when none is given.</summary>
    public const string DefaultName = "mimir0";

    /// <summary>Linux's IFNAMSIZ without its terminator.</summary>
    private const int LongestName = 15;

    /// <summary>Whether the names can stand in a path and on a command line as they are.</summary>
    public bool AreValid => IsName(Name, LongestName) && (Namespace is null || IsName(Namespace, 63));

    private static bool IsName(string name, int longest) => name.Length > 0 && name.Length <= longest && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
