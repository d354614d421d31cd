using System.Globalization;

namespace Mimir.Models.Tokenizers.Normalization;

/// <summary>The normalisation data of Unicode, from the table beside this file (tools/unicode writes it).</summary>
internal static class UnicodeDecompositions
{
    private static readonly Dictionary<int, int[]> Canonical = [], Compatible = [];
    private static readonly Dictionary<int, byte> Classes = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];

    static UnicodeDecompositions()
    {
        using var stream = typeof(UnicodeDecompositions).Assembly.GetManifestResourceStream("decompositions.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var parts = line.Split(' ');
            var (character, kind, decomposition) = (Hexadecimal(parts[0]), parts[2], parts[3..].Select(Hexadecimal).ToArray());
            if (parts[1] != "0") Classes.Add(character, byte.Parse(parts[1], CultureInfo.InvariantCulture));
            if (kind == "~") Compatible.Add(character, decomposition);
            if (kind is "=" or "!") Canonical.Add(character, decomposition);
            if (kind == "=") Compositions.Add((decomposition[0], decomposition[1]), character);
        }
    }

    /// <summary>Canonical combining class.</summary>
    public static byte ClassOf(int character) => Classes.GetValueOrDefault(character);

    /// <summary>One step of decomposition; null for a character that has none.</summary>
    public static int[]? Of(int character, bool compatibility) =>
        Canonical.TryGetValue(character, out var canonical) ? canonical
        : compatibility && Compatible.TryGetValue(character, out var compatible) ? compatible : null;

    /// <summary>The character that two compose to, or null.</summary>
    public static int? Composed(int first, int second) => Compositions.TryGetValue((first, second), out var composed) ? composed : null;

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
