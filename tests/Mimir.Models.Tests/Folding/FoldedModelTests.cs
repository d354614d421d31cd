using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Folding;

public class FoldedModelTests
{
    [Fact]
    public void Matrices_of_another_model_and_wrong_sizes_are_refused()
    {
        using var folded = Open(new LlamaTestModel(true, false, false, 1).Save);
        var matrix = folded.Layout.Blocks[0].Down;
        Assert.Throws<ArgumentException>(() => folded.Read(matrix, new double[matrix.Rows * matrix.Width - 1]));
        Assert.Throws<ArgumentException>(() => folded.Read(matrix with { Rows = 1 }, new double[matrix.Width]));
        Assert.Throws<ArgumentException>(() => folded.Read(matrix with { Id = 99 }, new double[matrix.Rows * matrix.Width]));
    }

    [Fact]
    public void Everything_written_to_a_centred_residual_stream_has_mean_zero()
    {
        using var folded = Open(new Gpt2TestModel(true, "", "gelu", 1).Save);
        foreach (var matrix in folded.Layout.Blocks.SelectMany(b => (SecretMatrix[])[b.Output, b.Down]))
        {
            var weights = Read(folded, matrix);
            for (var column = 0; column < matrix.Width; column++)
                Assert.Equal(0, Enumerable.Range(0, matrix.Rows).Average(row => weights[row * matrix.Width + column]), 1e-14);
        }
        var positions = folded.Layout.Positions!;
        Assert.All(Read(folded, positions).Chunk(positions.Width), row => Assert.Equal(0, row.Average(), 1e-14));
        // A tied head must stay as it is, so the embedding is not centred here.
        Assert.Contains(Read(folded, folded.Layout.Embedding).Chunk(Gpt2TestModel.Hidden), row => Math.Abs(row.Average()) > 0.01);
    }

    [Theory]
    [InlineData(true, MatrixUse.Product | MatrixUse.Lookup)]
    [InlineData(false, MatrixUse.Lookup)]
    public void Uses_follow_from_tying(bool tied, MatrixUse embedding)
    {
        using var folded = Open(new Gpt2TestModel(tied, "", "gelu", 1).Save);
        Assert.Equal(embedding, folded.Layout.Embedding.Use);
        Assert.Equal(tied ? embedding : MatrixUse.Product, folded.Layout.Head.Use);
        Assert.Equal(MatrixUse.Rows, folded.Layout.Positions!.Use);
        Assert.Equal(tied, folded.Layout.FinalNorm is not null);
        Assert.Equal(folded.Layout.Matrices.Count, folded.Layout.Matrices.Select(m => m.Name).Distinct().Count());
    }

    [Fact]
    public void The_final_norm_of_a_tied_llama_has_a_zero_bias_row()
    {
        using var folded = Open(new LlamaTestModel(true, false, false, 1).Save);
        var rows = Read(folded, folded.Layout.FinalNorm!);
        Assert.All(rows[..LlamaTestModel.Hidden], gain => Assert.NotEqual(0, gain));
        Assert.All(rows[LlamaTestModel.Hidden..], bias => Assert.Equal(0, bias));
    }

    private static FoldedModel Open(Action<TemporaryDirectory> save)
    {
        using var directory = new TemporaryDirectory();
        save(directory);
        // The open files stay readable after the directory is gone.
        return new FoldedModel(ModelDirectory.OpenConfig(directory.Path), WeightFiles.Open(directory.Path));
    }

    private static double[] Read(FoldedModel model, SecretMatrix matrix)
    {
        var weights = new double[matrix.Rows * matrix.Width];
        model.Read(matrix, weights);
        return weights;
    }
}
