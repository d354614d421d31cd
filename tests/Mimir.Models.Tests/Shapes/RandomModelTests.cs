using Mimir.Models.Reference;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Shapes;

public class RandomModelTests
{
    // Source: the first outputs of splitmix64.c for the seed 1234567 (https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64).
    [Fact]
    public void SplitMix64_gives_the_published_numbers()
    {
        var generator = new SplitMix64(1234567);
        Assert.Equal(new ulong[] { 6457827717110365317, 3203168211198807973, 9817491932198370423 }, new[] { generator.Next(), generator.Next(), generator.Next() });
    }

    [Fact]
    public void Normal_numbers_have_mean_zero_and_deviation_one()
    {
        var generator = new SplitMix64(5);
        var numbers = Enumerable.Range(0, 200_000).Select(_ => generator.NextNormal()).ToArray();
        Assert.Equal(0, numbers.Average(), 0.01);
        Assert.Equal(1, Math.Sqrt(numbers.Average(n => n * n)), 0.01);
    }

    [Fact]
    public void Weights_depend_on_the_seed_and_the_matrix_only()
    {
        var config = ModelShapes.Find("stories260k");
        RandomModel first = new(config, 1), again = new(config, 1), other = new(config, 2);
        var (a, b) = (first.Layout.Blocks[0].Output, first.Layout.Blocks[1].Output);
        var (weightsB, weightsA) = (Read(first, b), Read(first, a));
        Assert.Equal(weightsA, Read(again, a));
        Assert.Equal(weightsB, Read(again, b));
        Assert.NotEqual(weightsA, weightsB);
        Assert.NotEqual(weightsA, Read(other, a));
    }

    [Fact]
    public void A_random_model_runs_with_activations_of_realistic_size()
    {
        var weights = new ReferenceWeights(new RandomModel(ModelShapes.Find("stories260k"), 3));
        var generation = ReferenceModel.Generate(weights, [1, 2, 3], 4, ReferenceModel.Greedy);
        Assert.Equal(4, generation.Tokens.Count);
        Assert.All(generation.Logits.SelectMany(l => l), logit => Assert.InRange(Math.Abs(logit), 0, 20));
        Assert.Contains(generation.Logits.SelectMany(l => l), logit => Math.Abs(logit) > 0.05);
    }

    private static double[] Read(RandomModel model, SecretMatrix matrix)
    {
        var weights = new double[matrix.Rows * matrix.Width];
        model.Read(matrix, weights);
        return weights;
    }
}
