using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Statistical;

/// <summary>The sampling gadget draws from softmax(logits/τ), with dealt and with public noise.</summary>
public sealed class SampleTests
{
    private const int Draws = 1500;
    private static readonly double[] Logits = [0.5, -1, 1.25, 0, 2];

    [Theory]
    [InlineData(1.0, null, 0, 0.0)]
    [InlineData(0.5, null, 0, 0.0)]
    [InlineData(2.0, 99L, 0, 0.0)]
    [InlineData(1.0, null, 3, 0.0)]
    [InlineData(2.0, 99L, 2, 0.0)]
    [InlineData(1.0, null, 0, 3.0)]
    [InlineData(2.0, null, 0, 0.5)]
    public async Task Draws_are_distributed_as_softmax(double temperature, long? seed, int topK, double epsilon)
    {
        var numbers = new Numbers(TinyModel.Llama(1).Layout, 16, 2, 3);
        var plan = Plans.Single(1, 1) with { Temperature = temperature, NoiseSeed = seed, TopK = topK, Epsilon = epsilon };
        var cost = Sample.Cost(Logits.Length, plan, numbers);
        var harness = new GadgetHarness
        {
            Seed = (ulong)(100 * temperature),
            Triples = Draws * (int)cost.Triples,
            Deal = tape =>
            {
                for (var i = 0; i < Draws; i++) Sample.Deal(tape, Logits.Length, plan, numbers);
            },
        };
        var drawn = await harness.RunAsync([Array.ConvertAll(Logits, numbers.Encode)], async (step, x) =>
        {
            var tokens = new Shares.Share[Draws];
            for (var i = 0; i < Draws; i++) tokens[i] = await Sample.RunAsync(step, x[0], plan, numbers, i);
            return step.Party.Concat(tokens);
        });

        var least = Logits.OrderDescending().ElementAt((topK > 0 ? topK : Logits.Length) - 1);
        var floor = epsilon > 0 ? Logits.Max() - PrivateTokens.Width(epsilon, temperature, Logits.Length, 16) : double.NegativeInfinity;
        var weights = Array.ConvertAll(Logits, l => l >= least ? Math.Exp(Math.Max(l, floor) / temperature) : 0);
        var counts = new long[Logits.Length];
        foreach (var token in drawn) counts[(int)token]++;
        for (var i = 0; i < weights.Length; i++) Assert.True(weights[i] > 0 || counts[i] == 0, $"{i} is none of the {topK} likeliest");
        var expected = Array.ConvertAll(weights, w => Draws * w / weights.Sum());
        var deviation = ChiSquare.Fit([.. counts.Where((_, i) => weights[i] > 0)], [.. expected.Where(e => e > 0)]);
        Assert.True(deviation < 4, $"{deviation:F1} standard deviations: {string.Join(' ', counts)}");
    }
}
