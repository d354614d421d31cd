using System.Text.RegularExpressions;

namespace Mimir.Training.Tokenization;

/// <summary>
/// Learns a BPE vocabulary: repeatedly joins the most frequent pair of neighbouring symbols inside words (Sennrich et al. 2016). Ties
/// go to the pair that sorts first, so the result depends on nothing but the text.
/// </summary>
internal static partial class PieceTrainer
{
    /// <summary>Splits text, spaces already written as ▁, into the units that merges never cross.</summary>
    [GeneratedRegex("▁?[A-Za-z]+|▁?[^A-Za-z▁]|▁")]
    public static partial Regex Words();

    /// <summary>Learns a vocabulary of exactly <paramref name="size"/> tokens.</summary>
    /// <exception cref="ArgumentException">The text has too few distinct pairs for that size.</exception>
    public static Vocabulary Learn(IEnumerable<string> verses, int size)
    {
        List<(List<string> Symbols, int Count)> words = Count(verses);
        string[] characters = [.. words.SelectMany(w => w.Symbols.Select(s => (s, w.Count)))
            .GroupBy(x => x.s, x => x.Count, StringComparer.Ordinal)
            .OrderByDescending(g => g.Sum()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key)];
        var merged = new List<string>();
        while (Vocabulary.FirstMerged + merged.Count + characters.Length < size)
        {
            string piece = MostFrequentPair(words)
                ?? throw new ArgumentException($"The text has no pairs left after {merged.Count} merges; ask for a smaller vocabulary.", nameof(size));
            merged.Add(piece);
            foreach ((List<string> symbols, _) in words)
                Join(symbols, piece);
        }

        return new Vocabulary(merged, characters);
    }

    private static List<(List<string> Symbols, int Count)> Count(IEnumerable<string> verses)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string verse in verses)
        {
            foreach (Match match in Words().Matches(Vocabulary.Space + verse.Replace(' ', Vocabulary.Space)))
                counts[match.Value] = counts.GetValueOrDefault(match.Value) + 1;
        }

        return [.. counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key.Select(x => x.ToString()).ToList(), c.Value))];
    }

    private static string? MostFrequentPair(List<(List<string> Symbols, int Count)> words)
    {
        var pairs = new Dictionary<(string, string), int>();
        foreach ((List<string> symbols, int count) in words)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
                pairs[(symbols[i], symbols[i + 1])] = pairs.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
        }

        if (pairs.Count == 0)
            return null;
        int most = pairs.Values.Max();
        (string left, string right) = pairs.Where(p => p.Value == most).Select(p => p.Key)
            .OrderBy(p => p.Item1, StringComparer.Ordinal).ThenBy(p => p.Item2, StringComparer.Ordinal).First();
        return left + right;
    }

    private static void Join(List<string> symbols, string piece)
    {
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i].Length + symbols[i + 1].Length != piece.Length || symbols[i] + symbols[i + 1] != piece)
                continue;
            symbols[i] = piece;
            symbols.RemoveAt(i + 1);
        }
    }
}
