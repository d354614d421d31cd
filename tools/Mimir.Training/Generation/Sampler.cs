using Mimir.Training.Checking;
using Mimir.Training.Tokenization;

namespace Mimir.Training.Generation;

/// <summary>Continues prompts with an exported model.</summary>
internal sealed class Sampler(string directory)
{
    private readonly Float64Llama _model = new(directory);
    private readonly PieceTokenizer _tokenizer = new(TokenizerJson.Read(directory));

    /// <summary>Prompt and continuation; temperature 0 is greedy. Stops at the end token, at the context's end, or after <paramref name="count"/> tokens.</summary>
    public string Continue(string prompt, int count, double temperature, int seed)
    {
        _model.Reset();
        var random = new Random(seed);
        List<int> tokens = [Vocabulary.BeginOfSequence, .. _tokenizer.Encode(prompt)];
        double[] logits = [];
        foreach (int token in tokens)
            logits = _model.Next(token);
        for (int i = 0; i < count && tokens.Count < _model.Shape.Context; i++)
        {
            int next = temperature == 0 ? Array.IndexOf(logits, logits.Max()) : Draw(logits, temperature, random);
            if (next == Vocabulary.EndOfSequence)
                break;
            tokens.Add(next);
            logits = _model.Next(next);
        }

        return _tokenizer.Decode(tokens);
    }

    private static int Draw(double[] logits, double temperature, Random random)
    {
        double largest = logits.Max();
        double[] weights = [.. logits.Select(l => Math.Exp((l - largest) / temperature))];
        double left = random.NextDouble() * weights.Sum();
        for (int i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0)
                return i;
        }

        return weights.Length - 1;
    }
}
