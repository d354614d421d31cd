using System.Text;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Templates.Values;

/// <summary>Puts marked texts together. Every character is charged to the rendering.</summary>
internal sealed class MarkedTextBuilder(Budget budget)
{
    private readonly StringBuilder _text = new();
    private readonly List<TextSpan> _foreign = [];

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Adds a part of <paramref name="text"/>.</summary>
    public MarkedTextBuilder Append(MarkedText text, int start, int length)
    {
        budget.Characters(length, _text.Length);
        var offset = _text.Length - start;
        foreach (var span in text.Foreign)
        {
            var (from, to) = (Math.Max(span.Start, start), Math.Min(span.End, start + length));
            if (from < to) Mark(from + offset, to - from);
        }
        _text.Append(text.Text, start, length);
        return this;
    }

    /// <summary>Adds <paramref name="text"/>.</summary>
    public MarkedTextBuilder Append(MarkedText text) => Append(text, 0, text.Length);

    /// <summary>Adds characters by the template, or by a stranger.</summary>
    public MarkedTextBuilder Append(string text, bool foreign = false)
    {
        budget.Characters(text.Length, _text.Length);
        if (foreign && text.Length > 0) Mark(_text.Length, text.Length);
        _text.Append(text);
        return this;
    }

    /// <summary>What was put together.</summary>
    public MarkedText ToText() => _text.Length == 0 ? MarkedText.Empty : MarkedText.Marked(_text.ToString(), [.. _foreign]);

    private void Mark(int start, int length)
    {
        if (_foreign.Count > 0 && _foreign[^1].End == start) _foreign[^1] = _foreign[^1] with { Length = _foreign[^1].Length + length };
        else _foreign.Add(new TextSpan(start, length));
    }
}
