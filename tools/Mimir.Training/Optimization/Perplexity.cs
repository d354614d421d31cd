using System.Text;
using Mimir.Training.Network;
using Mimir.Training.Text;
using Mimir.Training.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Mimir.Training.Optimization;

/// <summary>How well a network predicts a text.</summary>
/// <param name="Tokens">Tokens predicted, one end token per chapter included.</param>
/// <param name="Bytes">UTF-8 bytes of the text, one line break per chapter included.</param>
/// <param name="NegativeLogLikelihood">Sum over all tokens, in nats.</param>
internal sealed record Perplexity(long Tokens, long Bytes, double NegativeLogLikelihood)
{
    /// <summary>exp(nats per token).</summary>
    public double PerToken => Math.Exp(NegativeLogLikelihood / Tokens);

    /// <summary>Bits per byte; comparable between tokenizers.</summary>
    public double BitsPerByte => NegativeLogLikelihood / Math.Log(2) / Bytes;

    /// <summary>
    /// Measures chapters in overlapping windows that each start with the begin token: after the first window of a chapter, a token is
    /// scored with at least half the context before it.
    /// </summary>
    public static Perplexity Measure(LlamaNetwork network, PieceTokenizer tokenizer, IEnumerable<Chapter> chapters)
    {
        using IDisposable frozen = no_grad();
        int context = network.Shape.Context;
        (long tokens, long bytes, double total) = (0, 0, 0);
        foreach (Chapter chapter in chapters)
        {
            long[] text = [.. chapter.Verses.SelectMany(tokenizer.Encode), Vocabulary.EndOfSequence];
            (tokens, bytes) = (tokens + text.Length, bytes + Encoding.UTF8.GetByteCount(chapter.RunningText) + 1);
            for (int scored = 0; scored < text.Length;)
            {
                int start = scored == 0 ? 0 : scored - (context / 2);
                int end = Math.Min(text.Length, start + context);
                total += WindowLoss(network, text[start..end], scored - start);
                scored = end;
            }
        }

        return new Perplexity(tokens, bytes, total);
    }

    private static double WindowLoss(LlamaNetwork network, long[] targets, int skip)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] inputs = [Vocabulary.BeginOfSequence, .. targets[..^1]];
        Tensor logits = network.Forward(tensor(inputs, [1, inputs.Length]))[0];
        Tensor loss = nn.functional.cross_entropy(
            logits.narrow(0, skip, targets.Length - skip), tensor(targets[skip..]), reduction: nn.Reduction.Sum);
        return loss.item<float>();
    }
}
