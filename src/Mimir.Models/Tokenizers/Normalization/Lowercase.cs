using System.Text;

namespace Mimir.Models.Tokenizers.Normalization;

/// <summary>
/// Unicode's full lower case: as the runtime's, with the two characters that differ. "İ" becomes two characters, and a capital sigma that
/// ends a word becomes the final one (Unicode Standard, table 3-17).
/// </summary>
internal static class Lowercase
{
    /// <summary><paramref name="text"/> in lower case.</summary>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAny('\u0130', '\u03A3') < 0) return text.ToLowerInvariant();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u0130') result.Append("i\u0307");
            else if (text[i] == '\u03A3') result.Append(Cased(text, i, -1) && !Cased(text, i, 1) ? '\u03C2' : '\u03C3');
            else if (char.IsSurrogate(text[i])) result.Append(text[i]);
            else result.Append(char.ToLowerInvariant(text[i]));
        }
        // Pairs were left for the runtime, which knows them; what is already lower stays.
        return result.ToString().ToLowerInvariant();
    }

    // Whether the nearest character in that direction, past those that do not count, has case.
    private static bool Cased(string text, int at, int step)
    {
        for (var i = at + step; i >= 0 && i < text.Length; i += step)
        {
            var rune = char.IsSurrogate(text[i]) ? At(text, i, step) : new Rune(text[i]);
            if (!rune.IsBmp) i += step;
            if (Ignorable(rune)) continue;
            return Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.UppercaseLetter
                or System.Globalization.UnicodeCategory.LowercaseLetter or System.Globalization.UnicodeCategory.TitlecaseLetter;
        }
        return false;
    }

    private static Rune At(string text, int i, int step) => Rune.GetRuneAt(text, step > 0 ? i : i - 1);

    private static bool Ignorable(Rune rune) => rune.Value is '\'' or '.' or ':' or '^' or '`' or 0xB7 or 0x2019 or 0x2024 or 0x2027 or 0x2018 or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A or 0xFF3E or 0xFF40
        || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
            or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.ModifierLetter or System.Globalization.UnicodeCategory.ModifierSymbol;
}
