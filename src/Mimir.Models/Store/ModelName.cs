namespace Mimir.Models.Store;

/// <summary>
/// The name of a model in the store: ORG/NAME as on Hugging Face, or a plain NAME, which is local/NAME. Each part is letters, digits, '.', '-' and '_', begins
/// with a letter or digit, has no "..", and is at most 96 characters long, so a name is always a path below the store.
/// </summary>
/// <param name="Organisation">Before the slash.</param>
/// <param name="Name">Behind it.</param>
public sealed record ModelName(string Organisation, string Name)
{
    /// <summary>The organisation of names without one.</summary>
    public const string Local = "local";

    private const int Longest = 96;

    /// <summary>Reads a name, or gives null.</summary>
    public static ModelName? Find(string text) => text.Split('/') switch
    {
        [var name] when IsPart(name) => new(Local, name),
        [var organisation, var name] when IsPart(organisation) && IsPart(name) => new(organisation, name),
        _ => null,
    };

    /// <summary>Reads a name.</summary>
    /// <exception cref="ArgumentException">Not a name; says what one is.</exception>
    public static ModelName Parse(string text) => Find(text)
        ?? throw new ArgumentException($"'{Printable.OneLine(text, 80)}' is no name of a model; give NAME or ORG/NAME, of letters, digits, '.', '-' and '_'", nameof(text));

    /// <summary>"ORG/NAME".</summary>
    public override string ToString() => $"{Organisation}/{Name}";

    private static bool IsPart(string part) => part.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(part[0]) && !part.Contains("..", StringComparison.Ordinal)
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
