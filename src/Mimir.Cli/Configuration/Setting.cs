namespace Mimir.Cli.Configuration;

/// <summary>A value that somebody set, as text, and where.</summary>
/// <param name="Path">The key.</param>
/// <param name="Text">The value.</param>
/// <param name="Origin">"mimir.yaml:3", "environment variable MIMIR__TLS__ENABLED" or "--max-context".</param>
public sealed record Setting(string Path, string Text, string Origin)
{
    /// <summary>The value, checked against the schema.</summary>
    /// <exception cref="ConfigurationException">No such key, or a value that is not allowed.</exception>
    public object Value()
    {
        var key = ConfigSchema.Find(Path)
            ?? throw new ConfigurationException($"{Origin}: there is no key '{Shown(Path)}'; the nearest is '{ConfigSchema.Nearest(Path)}'");
        return key.Parse(Text) ?? throw new ConfigurationException($"{Origin}: {Path} must be {key.Allowed}, not '{Shown(Text)}'");
    }

    /// <summary><paramref name="text"/> made safe and short for a message.</summary>
    internal static string Shown(string text)
    {
        var safe = string.Concat(text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > 80 ? safe + "…" : safe;
    }
}
