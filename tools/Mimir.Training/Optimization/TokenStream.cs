using Mimir.Training.Text;
using Mimir.Training.Tokenization;

namespace Mimir.Training.Optimization;

/// <summary>All training chapters as one line of tokens, with the positions at which verses start.</summary>
internal sealed class TokenStream
{
    private readonly int[] _tokens;
    private readonly int[] _verseStarts;

    /// <summary>Encodes the chapters; each is framed by the begin and end tokens.</summary>
    public TokenStream(IEnumerable<Chapter> chapters, PieceTokenizer tokenizer)
    {
        var tokens = new List<int>();
        var starts = new List<int>();
        foreach (Chapter chapter in chapters)
        {
            tokens.Add(Vocabulary.BeginOfSequence);
            foreach (string verse in chapter.Verses)
            {
                starts.Add(tokens.Count);
                tokens.AddRange(tokenizer.Encode(verse));
            }

            tokens.Add(Vocabulary.EndOfSequence);
        }

        (_tokens, _verseStarts) = ([.. tokens], [.. starts]);
    }

    /// <summary>Tokens in all.</summary>
    public int Length => _tokens.Length;

    /// <summary>
    /// One pass over the text: windows that begin at a verse, about <paramref name="context"/> tokens apart from a random offset on, in
    /// random order.
    /// </summary>
    public int[] Epoch(int context, Random random)
    {
        var starts = new List<int>();
        for (int position = random.Next(context); position < _tokens.Length; position += context)
        {
            int found = Array.BinarySearch(_verseStarts, position);
            int start = _verseStarts[Math.Max(0, found >= 0 ? found : ~found - 1)];
            if (start + context <= _tokens.Length)
                starts.Add(start);
        }

        int[] order = [.. starts];
        random.Shuffle(order);
        return order;
    }

    /// <summary>Writes the window at <paramref name="start"/>: inputs are the begin token and all but the last target.</summary>
    public void Window(int start, Span<long> inputs, Span<long> targets)
    {
        inputs[0] = Vocabulary.BeginOfSequence;
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = _tokens[start + i];
            if (i + 1 < inputs.Length)
                inputs[i + 1] = targets[i];
        }
    }
}
