using System.Globalization;
using Microsoft.ML.Tokenizers;
using Mimir.Training.Export;
using Mimir.Training.Network;
using Mimir.Training.Text;
using Mimir.Training.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Mimir.Training.Checking;

/// <summary>
/// Checks an exported directory from outside: its size, that TorchSharp and an independent float64 forward agree on the logits, and that
/// SentencePiece reads <c>tokenizer.model</c> and gives the ids that training used.
/// </summary>
internal sealed class ExportCheck(string directory, KingJamesText text)
{
    /// <summary>Largest difference allowed between two logits.</summary>
    public const double LogitTolerance = 1e-3;

    private readonly PieceTokenizer _tokenizer = new(TokenizerJson.Read(directory));

    /// <summary>One line per check, and whether all passed.</summary>
    public (bool Passed, IReadOnlyList<string> Lines) Run()
    {
        (bool Passed, string Line)[] results = [Size(), Logits(), SentencePiece(), RoundTrip()];
        return (results.All(r => r.Passed), [.. results.Select(r => $"{(r.Passed ? "passed" : "FAILED")}: {r.Line}")]);
    }

    private (bool Passed, string Line) Size()
    {
        long size = ModelDirectory.Size(directory);
        return (size <= ModelDirectory.LargestSize, $"{size} bytes, at most {ModelDirectory.LargestSize}");
    }

    private (bool Passed, string Line) Logits()
    {
        using IDisposable frozen = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var reference = new Float64Llama(directory);
        using var network = new LlamaNetwork(reference.Shape, seed: 0);
        network.Load(ModelDirectory.ReadWeights(directory));
        double largest = 0;
        foreach (Chapter chapter in text.HeldOut.Take(2))
        {
            reference.Reset();
            int[] tokens = [Vocabulary.BeginOfSequence, .. _tokenizer.Encode(chapter.RunningText).Take(reference.Shape.Context - 1)];
            float[] logits = network.Forward(tensor(Array.ConvertAll(tokens, t => (long)t), [1, tokens.Length])).data<float>().ToArray();
            for (int position = 0; position < tokens.Length; position++)
            {
                double[] expected = reference.Next(tokens[position]);
                for (int i = 0; i < expected.Length; i++)
                    largest = Math.Max(largest, Math.Abs(expected[i] - logits[(position * expected.Length) + i]));
            }
        }

        return (largest <= LogitTolerance, string.Create(
            CultureInfo.InvariantCulture, $"logits of TorchSharp and of the float64 forward differ by at most {largest:E1}, allowed {LogitTolerance:E0}"));
    }

    private (bool Passed, string Line) SentencePiece()
    {
        using FileStream file = File.OpenRead(Path.Combine(directory, "tokenizer.model"));
        LlamaTokenizer other = LlamaTokenizer.Create(file);
        string[] samples = [.. text.HeldOut.SelectMany(c => c.Verses), "Zurich: 42 €, naïve  twice.", text.HeldOut[0].RunningText];
        int differing = samples.Count(s => !other.EncodeToIds(s).SequenceEqual([Vocabulary.BeginOfSequence, .. _tokenizer.Encode(s)]));
        return (differing == 0, $"SentencePiece ids differ for {differing} of {samples.Length} texts");
    }

    private (bool Passed, string Line) RoundTrip()
    {
        int differing = text.HeldOut.Concat(text.Training).Count(c => _tokenizer.Decode(_tokenizer.Encode(c.RunningText)) != c.RunningText);
        return (differing == 0, $"decoding the tokens changes {differing} chapters");
    }
}
