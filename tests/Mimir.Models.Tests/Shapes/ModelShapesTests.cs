using Mimir.Models.Folding;
using Mimir.Models.Shapes;

namespace Mimir.Models.Tests.Shapes;

public class ModelShapesTests
{
    // Published parameter counts; folding drops norm gains into matrices and, for GPT-2, keeps the same biases.
    [Theory]
    [InlineData("gpt2-small", 124_439_808, 0.001)]
    [InlineData("tinyllama-1.1b", 1_100_048_384, 0.001)]
    [InlineData("LLAMA-7B", 6_738_415_616, 0.001)]
    [InlineData("pythia-160m", 162_322_944, 0.001)]
    [InlineData("qwen2.5-0.5b", 494_032_768, 0.001)]
    [InlineData("qwen3-0.6b", 596_049_920, 0.001)]
    [InlineData("llama-3.2-1b", 1_235_814_400, 0.001)]
    [InlineData("gemma-2-2b", 2_614_341_888, 0.001)]
    [InlineData("stories260k", 260_032, 0.01)]
    [InlineData("stories15m", 15_191_712, 0.001)]
    public void Shapes_have_the_published_size(string name, long parameters, double tolerance)
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find(name));
        Assert.InRange(layout.Parameters / (double)parameters, 1 - tolerance, 1 + tolerance);
    }

    [Fact]
    public void Unknown_name_lists_the_known_names()
    {
        var error = Assert.Throws<ArgumentException>(() => ModelShapes.Find("gpt5"));
        Assert.Contains("gpt5", error.Message);
        Assert.All(ModelShapes.Names, name => Assert.Contains(name, error.Message));
        Assert.All(ModelShapes.Names, name => Assert.NotNull(ModelShapes.Find(name)));
    }
}
