using System.Text;

namespace Mimir.Client.Text;

/// <summary>
/// Ends a text before the first of some strings. A string counts when its last character has come, of those that end with the same character the longest: so the
/// result depends on the text alone and not on how it came in pieces. What may become such a string is held back until it is known not to.
/// </summary>
/// <param name="strings">Not empty ones, valid Unicode.</param>
public sealed class StopStrings(IReadOnlyList<string> strings)
{
    private readonly StringBuilder _pending = new();

    /// <summary>One of the strings has come; nothing more is passed on.</summary>
    public bool Found { get; private set; }

    /// <summary>The text that can be passed on now that <paramref name="piece"/> has come.</summary>
    public string Append(string piece)
    {
        if (strings.Count == 0) return piece;
        var released = new StringBuilder();
        foreach (var character in piece)
        {
            if (Found) break;
            _pending.Append(character);
            var stop = Matches(whole: true);
            Found = stop > 0;
            Release(released, Found ? stop : Matches(whole: false));
            if (Found) _pending.Clear();
        }
        return released.ToString();
    }

    /// <summary>What was held back, once the text has ended without more.</summary>
    public string Flush()
    {
        var rest = _pending.ToString();
        _pending.Clear();
        return rest;
    }

    private void Release(StringBuilder released, int held)
    {
        var free = _pending.Length - held;
        released.Append(_pending, 0, free);
        _pending.Remove(0, free);
    }

    /// <summary>The longest end of what is pending that is one of the strings, or the beginning of one.</summary>
    private int Matches(bool whole)
    {
        var longest = 0;
        foreach (var text in strings)
            for (var length = whole ? text.Length : Math.Min(text.Length - 1, _pending.Length); length > longest; length--)
            {
                if (EndsWith(text.AsSpan(0, length))) longest = length;
                if (whole) break;
            }
        return longest;
    }

    private bool EndsWith(ReadOnlySpan<char> text)
    {
        if (text.Length > _pending.Length) return false;
        for (var i = 0; i < text.Length; i++)
            if (_pending[_pending.Length - text.Length + i] != text[i]) return false;
        return true;
    }
}
