using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Golden;

/// <summary>Source of the vectors: expected.json beside the model, greedy decoding in float64 checked against llama2.c.</summary>
public class Stories260KTests
{
    [Fact]
    public void Reference_gives_exactly_the_expected_tokens_for_all_prompts()
    {
        var directory = SharedData.Stories260K();
        var config = ModelConfig.Read(Path.Combine(directory, "config.json"));
        using var model = new FoldedModel(config, WeightFiles.Open(directory));
        var weights = new ReferenceWeights(model);
        var expected = SharedData.Expected();
        Assert.Equal(4, expected.Count);
        foreach (var text in expected)
        {
            var generation = ReferenceModel.Generate(weights, text.PromptIds, text.GreedyIds.Length, ReferenceModel.Greedy);
            Assert.Equal(text.GreedyIds, generation.Tokens);
            Assert.Equal(text.GreedyIds.Length, generation.Logits.Count);
            Assert.All(generation.Logits, l => Assert.Equal(512, l.Length));
        }
    }
}
