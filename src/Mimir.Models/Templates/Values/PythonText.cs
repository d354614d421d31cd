namespace Mimir.Models.Templates.Values;

/// <summary>What Python says about characters; templates were written for it.</summary>
internal static class PythonText
{
    /// <summary>str.isspace.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    /// <summary>str.strip, at the ends that are asked for; <paramref name="characters"/> null: white space.</summary>
    public static MarkedText Strip(MarkedText text, string? characters = null, bool start = true, bool end = true)
    {
        bool Goes(char c) => characters is null ? IsSpace(c) : characters.Contains(c, StringComparison.Ordinal);
        var (from, to) = (0, text.Length);
        while (start && from < to && Goes(text.Text[from])) from++;
        while (end && to > from && Goes(text.Text[to - 1])) to--;
        return text.Slice(from, to - from);
    }

    /// <summary>The number of characters, where a surrogate pair is one.</summary>
    public static int Count(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
            if (char.IsSurrogatePair(text[i - 1], text[i])) count--;
        return count;
    }

    /// <summary>The characters of a text, each a text of its own.</summary>
    public static List<object> Characters(MarkedText text, Budget budget)
    {
        budget.Step(text.Length);
        var characters = new List<object>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var length = i + 1 < text.Length && char.IsSurrogatePair(text.Text[i], text.Text[i + 1]) ? 2 : 1;
            characters.Add(text.Slice(i, length));
            i += length;
        }
        return characters;
    }
}
