using System.Text;
using Mimir.Client.Sampling;
using Mimir.Client.Text;
using Mimir.Models.Tokenizers;

namespace Mimir.Gateway.OpenAi;

/// <summary>Log probabilities in OpenAI's two shapes. Tokens are shown by their text; one that is part of a character only shows U+FFFD and its bytes.</summary>
internal static class Probabilities
{
    /// <summary>Of a chat's pieces; null when none were asked for.</summary>
    public static ChatProbabilities? OfChat(ITokenizer tokenizer, IReadOnlyList<TextPiece> pieces)
    {
        ChatProbability[] all = [.. pieces.Where(p => p.LogProbs is not null).Select(p => new ChatProbability(
            Shown(tokenizer, p.LogProbs!.Chosen), p.LogProbs.Chosen.LogProb, Bytes(tokenizer, p.LogProbs.Chosen),
            [.. p.LogProbs.Top.Select(t => new AlternativeProbability(Shown(tokenizer, t), t.LogProb, Bytes(tokenizer, t)))]))];
        return all.Length == 0 ? null : new ChatProbabilities(all);
    }

    /// <summary>Of a completion's pieces, the first of which begins at <paramref name="offset"/>; null when none were asked for.</summary>
    public static CompletionProbabilities? OfCompletion(ITokenizer tokenizer, IReadOnlyList<TextPiece> pieces, int offset = 0)
    {
        var (tokens, chosen, top, offsets) = (new List<string>(), new List<double>(), new List<IReadOnlyDictionary<string, double>>(), new List<int>());
        foreach (var piece in pieces)
        {
            if (piece.LogProbs is { } likely)
            {
                tokens.Add(Shown(tokenizer, likely.Chosen));
                chosen.Add(likely.Chosen.LogProb);
                // Two tokens may have one text; the likelier one is told.
                top.Add(likely.Top.GroupBy(t => Shown(tokenizer, t)).ToDictionary(g => g.Key, g => g.Max(t => t.LogProb)));
                offsets.Add(offset);
            }
            offset += piece.Text.Length;
        }
        return tokens.Count == 0 ? null : new CompletionProbabilities(tokens, chosen, top, offsets);
    }

    private static string Shown(ITokenizer tokenizer, TokenLogProb token) => Encoding.UTF8.GetString(tokenizer.BytesOf(token.Token).Span);

    private static IReadOnlyList<int> Bytes(ITokenizer tokenizer, TokenLogProb token) => [.. tokenizer.BytesOf(token.Token).ToArray().Select(b => (int)b)];
}
