using Mimir.Models.Tokenizers;

namespace Mimir.Models.Templates.Values;

/// <summary>
/// A text that knows which of its parts strangers wrote. Every operation on texts keeps that knowledge; what an operation cannot follow
/// counts as foreign when anything that went into it was.
/// </summary>
internal sealed class MarkedText
{
    /// <summary>No characters.</summary>
    public static readonly MarkedText Empty = new("", []);

    private MarkedText(string text, TextSpan[] foreign) => (Text, Foreign) = (text, foreign);

    /// <summary>The characters.</summary>
    public string Text { get; }

    /// <summary>Parts by strangers: in order, disjoint, not adjacent, not empty.</summary>
    public TextSpan[] Foreign { get; }

    /// <summary>Characters, in UTF-16 units.</summary>
    public int Length => Text.Length;

    /// <summary>Any part is a stranger's.</summary>
    public bool IsForeign => Foreign.Length > 0;

    /// <summary>A text by the template.</summary>
    public static MarkedText Own(string text) => new(text, []);

    /// <summary>A text by a stranger.</summary>
    public static MarkedText Strange(string text) => new(text, text.Length == 0 ? [] : [new TextSpan(0, text.Length)]);

    /// <summary>A text that was made from others in a way nobody followed.</summary>
    public static MarkedText Derived(string text, bool foreign) => foreign ? Strange(text) : Own(text);

    /// <summary>A text with parts that are already in order and disjoint.</summary>
    public static MarkedText Marked(string text, TextSpan[] foreign) => new(text, foreign);

    /// <summary>The characters from <paramref name="start"/>.</summary>
    public MarkedText Slice(int start, int length)
    {
        if (length == 0) return Empty;
        if (start == 0 && length == Length) return this;
        var (end, parts) = (start + length, new List<TextSpan>());
        foreach (var span in Foreign)
        {
            var (from, to) = (Math.Max(span.Start, start), Math.Min(span.End, end));
            if (from < to) parts.Add(new TextSpan(from - start, to - from));
        }
        return new MarkedText(Text.Substring(start, length), [.. parts]);
    }

    /// <summary>The same marks on another text of the same length.</summary>
    public MarkedText With(string text) =>
        text.Length == Length ? new MarkedText(text, Foreign) : Derived(text, IsForeign);

    /// <summary>For errors: nothing of what strangers wrote.</summary>
    public string Shown => IsForeign ? "..." : Text;

    /// <summary>The text with every stranger's part as "...".</summary>
    public string Redacted()
    {
        var (shown, done) = (new System.Text.StringBuilder(), 0);
        foreach (var span in Foreign)
        {
            shown.Append(Text, done, span.Start - done).Append("...");
            done = span.End;
        }
        return shown.Append(Text, done, Length - done).ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
