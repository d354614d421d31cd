using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Conformance;

/// <summary>The folded model computes what the original definition of its family computes.</summary>
public class UnfoldedForwardTests
{
    private static readonly int[] Tokens = [3, 16, 0, 7, 7, 12, 1, 9, 4];

    [Theory]
    [InlineData(true, "transformer.", "gelu_new")]
    [InlineData(true, "", "gelu")]
    [InlineData(false, "transformer.", "gelu_new")]
    [InlineData(false, "", "gelu")]
    public void Gpt2(bool tied, string prefix, string activation)
    {
        var model = new Gpt2TestModel(tied, prefix, activation, seed: 7);
        using var directory = new TemporaryDirectory();
        model.Save(directory);
        using var folded = Open(directory);
        Assert.True(folded.Layout.Centered);
        Assert.Equal(tied, ReferenceEquals(folded.Layout.Head, folded.Layout.Embedding));
        Assert.Equal(tied, folded.Layout.FinalNorm is not null);
        Assert.Equal(!tied, folded.Layout.Head.HasBias);
        Compare(folded, model.Forward);
    }

    [Theory]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    public void Llama(bool tied, bool attentionBias, bool mlpBias)
    {
        var model = new LlamaTestModel(tied, attentionBias, mlpBias, seed: 11);
        using var directory = new TemporaryDirectory();
        model.Save(directory);
        using var folded = Open(directory);
        Assert.False(folded.Layout.Centered);
        Assert.False(folded.Layout.Head.HasBias);
        Assert.Equal(attentionBias, folded.Layout.Blocks[0].QueryKeyValue.HasBias);
        Assert.Equal(attentionBias, folded.Layout.Blocks[0].Output.HasBias);
        Assert.Equal(mlpBias, folded.Layout.Blocks[0].Up.HasBias);
        Assert.Equal(mlpBias, folded.Layout.Blocks[0].Down.HasBias);
        Compare(folded, model.Forward);
    }

    private static FoldedModel Open(TemporaryDirectory directory) =>
        new(ModelConfig.Read(Path.Combine(directory.Path, "config.json")), WeightFiles.Open(directory.Path));

    private static void Compare(FoldedModel folded, Func<int[], double[]> original)
    {
        var reference = new ReferenceModel(new ReferenceWeights(folded));
        for (var t = 0; t < Tokens.Length; t++)
        {
            var (actual, expected) = (reference.Step(Tokens[t])!, original(Tokens[..(t + 1)]));
            Assert.Equal(expected.Length, actual.Length);
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-9);
        }
    }
}
