using System.Text;
using System.Text.RegularExpressions;

namespace Mimir.Training.Tokenization;

/// <summary>Text to ids and back with a <see cref="Vocabulary"/>: lowest rank first, leftmost on ties, bytes for unknown characters.</summary>
internal sealed class PieceTokenizer(Vocabulary vocabulary)
{
    private readonly Dictionary<string, int[]> _words = new(StringComparer.Ordinal);

    /// <summary>The pieces.</summary>
    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Ids of a text, a space put before it; no begin-of-sequence token.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>();
        if (text.Length == 0)
            return ids;
        foreach (Match match in PieceTrainer.Words().Matches(Vocabulary.Space + text.Replace(' ', Vocabulary.Space)))
        {
            if (!_words.TryGetValue(match.Value, out int[]? word))
                _words[match.Value] = word = EncodeWord(match.Value);
            ids.AddRange(word);
        }

        return ids;
    }

    /// <summary>Text of ids; special tokens vanish, and so does one leading space.</summary>
    public string Decode(IEnumerable<int> ids)
    {
        var bytes = new List<byte>();
        foreach (int id in ids)
        {
            if (id >= Vocabulary.FirstMerged)
                bytes.AddRange(Encoding.UTF8.GetBytes(Vocabulary.Pieces[id].Replace(Vocabulary.Space, ' ')));
            else if (id >= Vocabulary.FirstByte)
                bytes.Add((byte)(id - Vocabulary.FirstByte));
        }

        string text = Encoding.UTF8.GetString([.. bytes]);
        return text.StartsWith(' ') ? text[1..] : text;
    }

    private int[] EncodeWord(string word)
    {
        List<string> symbols = [.. word.EnumerateRunes().Select(r => r.ToString())];
        while (true)
        {
            int best = int.MaxValue;
            int at = -1;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                int id = Vocabulary.Find(symbols[i] + symbols[i + 1]);
                if (Vocabulary.IsMerged(id) && id < best)
                    (best, at) = (id, i);
            }

            if (at < 0)
                break;
            symbols[at] = Vocabulary.Pieces[best];
            symbols.RemoveAt(at + 1);
        }

        return [.. symbols.SelectMany(s => Vocabulary.Find(s) is >= 0 and int id
            ? [id]
            : Encoding.UTF8.GetBytes(s).Select(b => Vocabulary.FirstByte + b))];
    }
}
