using Mimir.Models.Reference;
using Mimir.Models.Shapes;

namespace Mimir.Models.Tests.Reference;

public class ReferenceModelTests
{
    private static readonly ReferenceWeights Weights = new(new RandomModel(ModelShapes.Find("stories260k"), 1));

    [Fact]
    public void A_prompt_that_does_not_fit_names_all_lengths()
    {
        var error = Assert.Throws<ArgumentException>(() => ReferenceModel.Generate(Weights, new int[510], 4, ReferenceModel.Greedy));
        Assert.Contains("510", error.Message);
        Assert.Contains("4 more", error.Message);
        Assert.Contains("512", error.Message);
        Assert.Throws<ArgumentException>(() => ReferenceModel.Generate(Weights, [], 4, ReferenceModel.Greedy));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceModel.Generate(Weights, [512], 4, ReferenceModel.Greedy));
    }

    [Fact]
    public void Generation_stops_after_a_stop_token_and_each_token_comes_from_its_logits()
    {
        var all = ReferenceModel.Generate(Weights, [1, 5], 6, ReferenceModel.Greedy);
        Assert.Equal(all.Tokens, all.Logits.Select(ReferenceModel.Greedy));
        var stop = all.Tokens[2];
        var stopped = ReferenceModel.Generate(Weights, [1, 5], 6, ReferenceModel.Greedy, [stop]);
        Assert.Equal(all.Tokens.TakeWhile(t => t != stop).Append(stop), stopped.Tokens);
    }

    [Fact]
    public void Greedy_takes_the_first_of_equals() => Assert.Equal(1, ReferenceModel.Greedy([0.0, 3, 3, -1]));

    [Fact]
    public async Task Sampling_follows_the_softmax_of_the_logits_over_the_temperature()
    {
        var generator = new SplitMix64(9);
        var arithmetic = new FloatArithmetic(Weights, () => ((generator.Next() >> 11) + 0.5) / (1UL << 53));
        double[] logits = [0, 1, 2, 100];
        var counts = new double[3];
        // The fourth logit lies outside the count and must never be drawn.
        for (var i = 0; i < 30_000; i++) counts[(int)(await arithmetic.SampleAsync(logits, 3, 0.5))[0]]++;
        double[] powers = [1, Math.Exp(2), Math.Exp(4)];
        for (var i = 0; i < 3; i++) Assert.Equal(powers[i] / powers.Sum(), counts[i] / 30_000, 0.01);
        Assert.Equal(2, (await arithmetic.SampleAsync(logits, 3, 0))[0]);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await new FloatArithmetic(Weights).SampleAsync(logits, 3, 1));
    }
}
