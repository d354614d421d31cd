using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Golden;

/// <summary>The float reference against another implementation of every architecture: config.json, tensor names, folding and the transformer.</summary>
public class ArchitectureTests
{
    public static TheoryData<string> Names => [.. GoldenModel.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_are_those_of_another_implementation(string name)
    {
        using var model = GoldenModel.Open(name);
        var reference = new ReferenceModel(new ReferenceWeights(model.Weighted));
        var compared = 0;
        for (var position = 0; position < model.Tokens.Length; position++)
        {
            var logits = reference.Step(model.Tokens[position])!;
            if (!model.Logits.TryGetValue(position, out var expected)) continue;
            var (largest, error) = (expected.Max(Math.Abs), expected.Zip(logits, (a, b) => Math.Abs(a - b)).Max());
            Assert.True(error <= 2e-6 * largest, $"{name}, position {position}: {error:E2} of {largest:F2}");
            compared++;
        }
        Assert.Equal(2, compared);
    }
}
