namespace Mimir.Models.Gguf.Vocabularies;

/// <summary>
/// SentencePiece merges the neighbours whose joint token has the highest score. As byte-pair merges: every way to cut a token in two tokens, by score of the
/// whole, highest first.
/// </summary>
/// <remarks>Source: transformers, src/transformers/convert_slow_tokenizer.py, generate_merges: so Hugging Face's own tokenizer.json files are made.</remarks>
internal static class SentencePieceMerges
{
    // Longer pieces than SentencePiece ever trains would take time that grows with their square.
    private const int LongestPiece = 256;

    /// <summary>Merges in the order of their rank.</summary>
    public static IEnumerable<(string Left, string Right)> Of(GgufVocabulary vocabulary)
    {
        var scores = vocabulary.Scores;
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < scores.Count; id++)
            if (vocabulary.Kinds[id] is GgufTokenKind.Normal or GgufTokenKind.UserDefined && vocabulary.Tokens[id].Length <= LongestPiece) ids.Add(vocabulary.Tokens[id], id);
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var found = new List<(int Id, int Cut, int Left, int Right)>();
        foreach (var (token, id) in ids)
            for (var cut = 1; cut < token.Length; cut++)
                if (lookup.TryGetValue(token.AsSpan(0, cut), out var left) && lookup.TryGetValue(token.AsSpan(cut), out var right)) found.Add((id, cut, left, right));
        return found.OrderByDescending(m => scores[m.Id]).ThenByDescending(m => m.Cut).ThenByDescending(m => vocabulary.Tokens[m.Right].Length).ThenBy(m => m.Left).ThenBy(m => m.Right)
            .Select(m => (vocabulary.Tokens[m.Left], vocabulary.Tokens[m.Right]));
    }
}
