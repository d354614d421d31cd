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
    public IEnumerable<(string? Text, AddedToken? Token)> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            if (Find(text, i) is not { } token)
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

    private AddedToken? Find(string text, int start)
    {
        if (!_byFirstCharacter.TryGetValue(text[start], out var candidates)) return null;
        foreach (var token in candidates)
            if (string.CompareOrdinal(text, start, token.Content, 0, token.Content.Length) == 0) return token;
        return null;
    }
}
