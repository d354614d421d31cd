using System.Globalization;
using System.Text;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// Cuts a text at its added tokens: the leftmost first, the longest of those that begin at the same place. Time is linear in the text, with
/// the longest token as the factor.
/// </summary>
internal sealed class AddedTokenSplitter
{
    private readonly Dictionary<(int Node, char Character), int> _edges = [];
    private readonly Dictionary<int, AddedToken> _tokens = [];

    /// <param name="tokens">Each with its spelling, which may be a normalised one; of equal spellings, the last counts.</param>
    public AddedTokenSplitter(IEnumerable<(string Spelling, AddedToken Token)> tokens)
    {
        foreach (var (spelling, token) in tokens)
        {
            var node = 0;
            foreach (var c in spelling)
            {
                if (!_edges.TryGetValue((node, c), out var next)) _edges.Add((node, c), next = _edges.Count + 1);
                node = next;
            }
            if (node != 0) _tokens[node] = token;
        }
    }

    /// <summary>The pieces of <paramref name="text"/> in order: either text that is not empty, or an added token.</summary>
    /// <param name="text">What is cut.</param>
    /// <param name="allowed">Whether a token may be recognised from this place up to that one.</param>
    public IEnumerable<(string? Text, AddedToken? Token)> Split(string text, Func<AddedToken, int, int, bool> allowed)
    {
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            var (token, stop) = Find(text, i, allowed);
            if (token is null)
            {
                i++;
                continue;
            }
            var end = i;
            while (token.StripLeft && end > start && char.IsWhiteSpace(text[end - 1])) end--;
            if (end > start) yield return (text[start..end], null);
            yield return (null, token);
            start = stop;
            while (token.StripRight && start < text.Length && char.IsWhiteSpace(text[start])) start++;
            i = start;
        }
        if (start < text.Length) yield return (text[start..], null);
    }

    private (AddedToken? Token, int End) Find(string text, int start, Func<AddedToken, int, int, bool> allowed)
    {
        var found = ((AddedToken?)null, start);
        for (var (i, node) = (start, 0); i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
            if (_tokens.TryGetValue(node, out var token) && (!token.SingleWord || StandsAlone(text, start, i + 1)) && allowed(token, start, i + 1)) found = (token, i + 1);
        return found;
    }

    private static bool StandsAlone(string text, int start, int end)
    {
        if (start > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var before, out _) == System.Buffers.OperationStatus.Done && IsWord(before)) return false;
        return end == text.Length || Rune.DecodeFromUtf16(text.AsSpan(end), out var after, out _) != System.Buffers.OperationStatus.Done || !IsWord(after);
    }

    // \w of Unicode's regular expressions.
    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
}
