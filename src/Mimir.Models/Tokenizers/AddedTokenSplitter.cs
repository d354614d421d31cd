namespace Mimir.Models.Tokenizers;

/// <summary>A token that is found in the text before anything else is done to it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text, not empty.</param>
/// <param name="StripLeft">Swallows white space before it.</param>
/// <param name="StripRight">Swallows white space after it.</param>
/// <param name="Special">Left out when decoding.</param>
internal sealed record AddedToken(int Id, string Content, bool StripLeft, bool StripRight, bool Special);

/// <summary>Cuts a text at its added tokens: the leftmost first, the longest of those that begin at the same place.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly Dictionary<char, AddedToken[]> _byFirstCharacter;

    public AddedTokenSplitter(IEnumerable<AddedToken> tokens) =>
        _byFirstCharacter = tokens.GroupBy(t => t.Content[0]).ToDictionary(g => g.Key, g => g.OrderByDescending(t => t.Content.Length).ToArray());

    /// <summary>The pieces of <paramref name="text"/> in order: either text that is not empty, or an added token.</summary>
    public IEnumerable<(string? Text, AddedToken? Token)> Split(string text, EncodingOptions options)
    {
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            if (Find(text, i, options, out _) is not { } token)
            {
                i++;
                continue;
            }
            var end = i;
            while (token.StripLeft && end > start && char.IsWhiteSpace(text[end - 1])) end--;
            if (end > start) yield return (text[start..end], null);
            yield return (null, token);
            start = i + token.Content.Length;
            while (token.StripRight && start < text.Length && char.IsWhiteSpace(text[start])) start++;
            i = start;
        }
        if (start < text.Length) yield return (text[start..], null);
    }

    /// <summary>Whether <see cref="Split"/> passes a control token by because a stranger spelt it.</summary>
    public bool PassesBy(string text, EncodingOptions options)
    {
        for (var i = 0; i < text.Length; i++)
        {
            Find(text, i, options, out var passed);
            if (passed) return true;
        }
        return false;
    }

    private AddedToken? Find(string text, int start, EncodingOptions options, out bool passed)
    {
        passed = false;
        if (!_byFirstCharacter.TryGetValue(text[start], out var candidates)) return null;
        foreach (var token in candidates)
            if (string.CompareOrdinal(text, start, token.Content, 0, token.Content.Length) == 0)
            {
                var control = token.Special || options.Markup?.Invoke(token.Content) == true;
                if (!control || !Touches(options.PlainSpans, start, start + token.Content.Length)) return token;
                passed = true;
            }
        return null;
    }

    private static bool Touches(IReadOnlyList<TextSpan> spans, int start, int end)
    {
        var (low, high) = (0, spans.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].End <= start) low = middle + 1;
            else high = middle;
        }
        return low < spans.Count && spans[low].Start < end;
    }
}
