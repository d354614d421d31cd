namespace Mimir.Models.Templates.Values;

/// <summary>Operations on marked texts that keep the marks.</summary>
internal static class TextOperations
{
    /// <summary>str.replace: every occurrence, or the first <paramref name="most"/>; what is put in keeps its own marks.</summary>
    public static MarkedText Replace(MarkedText text, MarkedText old, MarkedText replacement, int most, Budget budget)
    {
        var (result, done) = (new MarkedTextBuilder(budget), 0);
        if (old.Length == 0) return ReplaceEmpty(text, replacement, most, budget);
        for (int at; most != 0 && (at = text.Text.IndexOf(old.Text, done, StringComparison.Ordinal)) >= 0; most--)
        {
            result.Append(text, done, at - done).Append(replacement);
            done = at + old.Length;
        }
        return done == 0 ? text : result.Append(text, done, text.Length - done).ToText();
    }

    /// <summary>str.split with a separator.</summary>
    public static List<object> Split(MarkedText text, string separator, int most, Budget budget)
    {
        var (parts, done) = (new List<object>(), 0);
        for (int at; most != 0 && (at = text.Text.IndexOf(separator, done, StringComparison.Ordinal)) >= 0; most--)
        {
            budget.Step(1 + (at - done) / 8);
            parts.Add(text.Slice(done, at - done));
            done = at + separator.Length;
        }
        parts.Add(text.Slice(done, text.Length - done));
        return parts;
    }

    /// <summary>str.rsplit with a separator.</summary>
    public static List<object> SplitFromEnd(MarkedText text, string separator, int most, Budget budget)
    {
        var (parts, end) = (new List<object>(), text.Length);
        for (int at; most != 0 && end >= separator.Length && (at = text.Text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal)) >= 0; most--)
        {
            budget.Step(1 + (end - at) / 8);
            parts.Add(text.Slice(at + separator.Length, end - at - separator.Length));
            end = at;
        }
        parts.Add(text.Slice(0, end));
        parts.Reverse();
        return parts;
    }

    /// <summary>str.split without one: at runs of white space, and none at the ends.</summary>
    public static List<object> SplitAtSpace(MarkedText text, int most, Budget budget)
    {
        var parts = new List<object>();
        text = PythonText.Strip(text, end: false);
        for (var start = 0; start < text.Length;)
        {
            budget.Step();
            var end = start;
            while (end < text.Length && !PythonText.IsSpace(text.Text[end])) end++;
            if (most >= 0 && parts.Count == most) end = text.Length;
            parts.Add(text.Slice(start, end - start));
            for (start = end; start < text.Length && PythonText.IsSpace(text.Text[start]);) start++;
        }
        return parts;
    }

    /// <summary>str.splitlines, for the line ends that occur in practice: "\n", "\r\n" and "\r".</summary>
    public static List<object> Lines(MarkedText text, bool keepEnds, Budget budget)
    {
        var lines = new List<object>();
        for (var start = 0; start < text.Length;)
        {
            budget.Step();
            var offset = text.Text.AsSpan(start).IndexOfAny('\n', '\r');
            var end = offset < 0 ? text.Length : start + offset;
            var next = end == text.Length ? end : text.Text.AsSpan(end).StartsWith("\r\n", StringComparison.Ordinal) ? end + 2 : end + 1;
            lines.Add(text.Slice(start, (keepEnds ? next : end) - start));
            start = next;
        }
        return lines;
    }

    /// <summary>Texts one after the other with <paramref name="separator"/> between.</summary>
    public static MarkedText Join(IEnumerable<object> items, MarkedText separator, Budget budget)
    {
        var (result, first) = (new MarkedTextBuilder(budget), true);
        foreach (var item in items)
        {
            if (!first) result.Append(separator);
            first = false;
            result.Append(Printing.Text(item, budget));
        }
        return result.ToText();
    }

    /// <summary><paramref name="text"/> again and again.</summary>
    public static MarkedText Repeat(MarkedText text, long count, Budget budget)
    {
        var result = new MarkedTextBuilder(budget);
        for (long i = 0; i < count && text.Length > 0; i++) result.Append(text);
        return result.ToText();
    }

    /// <summary>Python's title-like case: <paramref name="starts"/> says after which characters a word begins.</summary>
    public static MarkedText TitleCase(MarkedText text, Func<char, bool> starts)
    {
        var characters = text.Text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
            characters[i] = i == 0 || starts(characters[i - 1]) ? char.ToUpperInvariant(characters[i]) : char.ToLowerInvariant(characters[i]);
        return text.With(new string(characters));
    }

    private static MarkedText ReplaceEmpty(MarkedText text, MarkedText replacement, int most, Budget budget)
    {
        var result = new MarkedTextBuilder(budget);
        for (var i = 0; i <= text.Length; i++)
        {
            var splits = i > 0 && i < text.Length && char.IsSurrogatePair(text.Text[i - 1], text.Text[i]);
            if (!splits && most-- != 0) result.Append(replacement);
            if (i < text.Length) result.Append(text, i, 1);
        }
        return result.ToText();
    }
}
