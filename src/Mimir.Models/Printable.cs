using System.Text;

namespace Mimir.Models;

/// <summary>Text from a file made safe to show: names in hostile files must not break a message into lines or move the cursor.</summary>
internal static class Printable
{
    /// <summary><paramref name="text"/> with control characters and lone surrogates as '?', cut to <paramref name="limit"/> characters.</summary>
    public static string OneLine(string text, int limit)
    {
        var shown = new StringBuilder(Math.Min(text.Length, limit) + 3);
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= limit) return shown.Append("...").ToString();
            var hidden = Rune.IsControl(rune) || rune == Rune.ReplacementChar
                || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator;
            shown.Append(hidden ? "?" : rune.ToString());
        }
        return shown.ToString();
    }
}
