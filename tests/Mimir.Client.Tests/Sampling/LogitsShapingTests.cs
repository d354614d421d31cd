using CsCheck;
using Mimir.Client.Sampling;

namespace Mimir.Client.Tests.Sampling;

/// <summary>Against a straightforward computation from the definitions, token by token.</summary>
public sealed class LogitsShapingTests
{
    private static readonly Gen<double[]> Logits = Gen.Double[-6, 6].Array[2, 20];

    [Fact]
    public void Shaped_logits_are_those_of_the_definitions() =>
        Gen.Select(Logits, Gen.Int[0, 8], Gen.Double[0.05, 1], Gen.Double[0, 0.5], Gen.Double[0.5, 2], Gen.Double[-2, 2], Gen.Select(Gen.Double[-2, 2], Gen.Double[0.2, 2])).Sample(
            (logits, topK, topP, minP, repetition, presence, others) =>
            {
                var (frequency, temperature) = others;
                var sampling = new OwnerSampling
                {
                    TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = repetition, PresencePenalty = presence, FrequencyPenalty = frequency,
                    LogitBias = new Dictionary<int, double> { [1] = 1.5 },
                };
                var shaping = new LogitsShaping(sampling, temperature);
                shaping.Know(0);
                foreach (var token in (int[])[1, 1]) shaping.Append(token);
                var shaped = logits.ToArray();
                shaping.Apply(shaped);

                var plain = logits.ToArray();
                for (var i = 0; i < 2; i++) plain[i] = plain[i] > 0 ? plain[i] / repetition : plain[i] * repetition;
                plain[1] += 1.5 - presence - 2 * frequency;
                var weights = plain.Select(l => Math.Exp(l / temperature)).ToArray();
                int Rank(int i) => plain.Where((l, j) => l > plain[i] || (l == plain[i] && j < i)).Count();
                var limit = topK == 0 ? plain.Length : topK;
                var sum = weights.Where((_, i) => Rank(i) < limit).Sum();
                for (var i = 0; i < plain.Length; i++)
                {
                    var before = weights.Where((_, j) => Rank(j) < Rank(i)).Sum() / sum;
                    var kept = Rank(i) == 0 || (Rank(i) < limit && before < topP && weights[i] >= minP * weights.Max());
                    // At the very edge rounding decides.
                    if (Math.Abs(before - topP) < 1e-9 || Math.Abs(weights[i] - minP * weights.Max()) < 1e-9 * weights.Max()) continue;
                    if (kept) Assert.Equal(plain[i], shaped[i], 1e-12);
                    else Assert.Equal(double.NegativeInfinity, shaped[i]);
                }
            }, seed: "0000000000002", iter: 1000, threads: 1);

    [Fact]
    public void Nothing_asked_for_changes_nothing()
    {
        double[] logits = [1, -2, 3];
        var shaping = new LogitsShaping(OwnerSampling.None, 1);
        shaping.Append(2);
        shaping.Apply(logits);
        Assert.Equal([1, -2, 3], logits);
    }

    /// <summary>An example to follow by hand: 0.5, 0.25, 0.125, 0.125.</summary>
    [Theory]
    [InlineData(0, 0.5, 0.0, 1)]
    [InlineData(0, 0.51, 0.0, 2)]
    [InlineData(0, 0.76, 0.0, 3)]
    [InlineData(2, 0.7, 0.0, 2)]
    [InlineData(3, 1.0, 0.5, 2)]
    [InlineData(0, 1.0, 0.2, 4)]
    [InlineData(1, 1.0, 0.0, 1)]
    public void By_hand(int topK, double topP, double minP, int kept)
    {
        double[] logits = [Math.Log(4), Math.Log(8), Math.Log(2), Math.Log(2)];
        new LogitsShaping(new OwnerSampling { TopK = topK, TopP = topP, MinP = minP }, 1).Apply(logits);
        int[] order = [1, 0, 2, 3];
        Assert.Equal(order.Take(kept).Order(), Enumerable.Range(0, 4).Where(i => double.IsFinite(logits[i])));
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_model()
    {
        double[] logits = [1, 3, 2, -1];
        var sum = logits.Sum(Math.Exp);
        var explained = new LogitsShaping(new OwnerSampling { TopLogProbs = 2, RepetitionPenalty = 5 }, 0.3).Explain(logits, 3);
        Assert.Equal(3, explained.Chosen.Token);
        Assert.Equal(-1 - Math.Log(sum), explained.Chosen.LogProb, 1e-12);
        Assert.Equal([1, 2], explained.Top.Select(t => t.Token));
        Assert.Equal(3 - Math.Log(sum), explained.Top[0].LogProb, 1e-12);
    }
}
