using Mimir.Cli.Benching.Networks;
using Mimir.Client.Drafting;
using Mimir.Models.Reference;
using Mimir.Models.Shapes;
using Mimir.Spdz.Sessions;

namespace Mimir.Cli.Benching;

/// <summary>What drafting would bring, measured on text that the float reference generates with the model.</summary>
/// <param name="Length">Guesses verified in one step.</param>
/// <param name="TokensPerStep">Tokens that come out of one step.</param>
/// <param name="AcceptedShare">Guesses that were right.</param>
/// <param name="SpeedUp">Tokens per step times the time of a plain step over that of a step of Length + 1 positions.</param>
public sealed record DrafterReport(int Length, double TokensPerStep, double AcceptedShare, double SpeedUp)
{
    /// <summary>
    /// For each length: a step takes <paramref name="rounds"/> one-way delays, whatever its length, and <paramref name="seconds"/> of
    /// computing for each of its positions.
    /// </summary>
    public static IReadOnlyList<DrafterReport> Of(
        IReadOnlyList<(IReadOnlyList<int> Prompt, IReadOnlyList<int> Generated)> texts, Func<IDrafter> drafter,
        IEnumerable<int> lengths, NetworkProfile network, double rounds, double seconds)
    {
        var waiting = rounds * network.OneWaySeconds;
        return [.. lengths.Select(length =>
        {
            var all = texts.Select(t => Acceptance.Of(drafter(), t.Prompt, t.Generated, length)).ToArray();
            var perStep = (double)all.Sum(a => a.Tokens) / all.Sum(a => a.Steps);
            return new DrafterReport(
                length, Math.Round(perStep, 3), Math.Round(all.Sum(a => a.Accepted) / (double)Math.Max(1, all.Sum(a => a.Drafted)), 3),
                Math.Round(perStep * (waiting + seconds) / (waiting + (length + 1) * seconds), 2));
        })];
    }

    /// <summary>Samples from softmax(logits / τ), or greedily when τ is 0; the same every time.</summary>
    public static Func<double[], int> Sampler(double temperature, ulong seed)
    {
        if (temperature == 0) return ReferenceModel.Greedy;
        var random = new SplitMix64(seed);
        return logits =>
        {
            var noisy = new double[logits.Length];
            for (var i = 0; i < noisy.Length; i++)
            {
                var uniform = ((random.Next() >> 11) + 0.5) * Math.ScaleB(1, -53);
                noisy[i] = logits[i] / temperature - Math.Log(-Math.Log(uniform));
            }
            return ReferenceModel.Greedy(noisy);
        };
    }
}
