using CsCheck;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Transformers;

public class ModelLayoutCodecTests
{
    public static TheoryData<string> Names => [.. ModelShapes.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reading_what_was_written_gives_the_same_layout(string name)
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find(name));
        var read = ModelLayoutCodec.Read(ModelLayoutCodec.Write(layout));
        Assert.Equal(layout.Matrices, read.Matrices);
        Assert.Equal(layout.Blocks, read.Blocks);
        Assert.Equal(layout.Rotaries.SelectMany(r => r.Frequencies), read.Rotaries.SelectMany(r => r.Frequencies));
        Assert.Equal(layout.Rotaries.Select(r => (r.HeadSize, r.Base, r.Scale)), read.Rotaries.Select(r => (r.HeadSize, r.Base, r.Scale)));
        Assert.Equal(layout with { Matrices = [], Blocks = [], Rotaries = [] }, read with { Matrices = [], Blocks = [], Rotaries = [] });
        Assert.Equal(ModelLayoutCodec.Digest(layout), ModelLayoutCodec.Digest(read));
        Assert.Equal(layout.FinalNorm is not null, ReferenceEquals(read.Head, read.Embedding));
    }

    [Fact]
    public void Every_number_of_the_layout_changes_the_digest()
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find("stories260k"));
        var digests = new[]
        {
            layout,
            layout with { NormEpsilon = 2e-5 },
            layout with { Rotaries = [new RotaryTable(8, 20000)] },
            layout with { Rotaries = [new RotaryTable(8, 10000, RotaryTable.Plain(8, 10000), 1.5)] },
            layout with { Rotaries = [new RotaryTable(8, 10000, RotaryTable.Plain(4, 10000), 1)] },
            layout with { Rotaries = [new RotaryTable(8, 10000), new RotaryTable(8, 10000)] },
            layout with { AttentionCap = 50 },
            layout with { LogitsCap = 50 },
            layout with { ParallelResidual = true },
            layout with { Blocks = [layout.Blocks[0] with { Attention = new LayerAttention(5, 0) }, .. layout.Blocks.Skip(1)] },
            layout with { Blocks = [layout.Blocks[0] with { Attention = new LayerAttention(0, -1) }, .. layout.Blocks.Skip(1)] },
            layout with { Activation = ScalarFunction.Gelu },
            layout with { Centered = true },
            layout with { MaxPositions = 256 },
            layout.WithPublicWeights(),
        }.Select(l => Convert.ToHexString(ModelLayoutCodec.Digest(l))).ToArray();
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Visibility_is_written_and_read()
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find("gpt2-small")).WithPublicWeights();
        var read = ModelLayoutCodec.Read(ModelLayoutCodec.Write(layout));
        Assert.All(read.Matrices, m => Assert.True(m.IsPublic));
        Assert.Equal(layout.Matrices, read.Matrices);
        Assert.True(read.HasPublicWeights());
        var mixed = layout.Matrices.Select((m, i) => i == 3 ? m with { IsPublic = false } : m).ToArray();
        Assert.Contains("secret", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout.WithMatrices(mixed))).Message);
    }

    [Fact]
    public void Contradictory_layouts_are_refused_by_writer()
    {
        var layout = ModelFolding.LayoutOf(ModelShapes.Find("stories260k"));
        Assert.Contains("hidden size", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { HiddenSize = 0 })).Message);
        Assert.Contains("layers", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { Layers = 4 })).Message);
        Assert.Contains("embedding", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { VocabularySize = 511 })).Message);
        Assert.Contains("heads", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { KeyValueHeads = 3 })).Message);
        Assert.Contains("positions", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { Rotaries = [] })).Message);
        Assert.Contains("frequency", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { Rotaries = [new RotaryTable(8, 10000, [0, 1], 1)] })).Message);
        Assert.Contains("turns", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { Rotaries = [new RotaryTable(8, 10000, [], 1)] })).Message);
        Assert.Contains("scale", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { Rotaries = [new RotaryTable(8, 10000, [1], double.NaN)] })).Message);
        Assert.Contains("cap", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { AttentionCap = -1 })).Message);
        Assert.Contains("window", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(With(new LayerAttention(-1, 0)))).Message);
        Assert.Contains("rotary table", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(With(new LayerAttention(0, 1)))).Message);
        Assert.Contains("epsilon", Assert.Throws<ArgumentException>(() => ModelLayoutCodec.Write(layout with { NormEpsilon = double.NaN })).Message);

        ModelLayout With(LayerAttention attention) => layout with { Blocks = [layout.Blocks[0] with { Attention = attention }, .. layout.Blocks.Skip(1)] };
    }

    /// <summary>A layout with everything in it that only some architectures have.</summary>
    [Fact]
    public void Head_gains_gains_behind_windows_and_caps_are_written_and_read()
    {
        using var model = TestModels.GoldenModel.Open("gemma3");
        var layout = model.Weighted.Layout with { AttentionCap = 50, LogitsCap = 30 };
        var bytes = ModelLayoutCodec.Write(layout);
        var read = ModelLayoutCodec.Read(bytes);
        Assert.Equal(bytes, ModelLayoutCodec.Write(read));
        Assert.Equal(layout.Blocks, read.Blocks);
        Assert.Equal((50, 30, 2), (read.AttentionCap, read.LogitsCap, read.Rotaries.Count));
        Assert.All(read.Blocks, b => Assert.True(b is { HeadGains: not null, PostGains: not null }));
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<ModelFormatException>(() => ModelLayoutCodec.Read(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Every_truncation_and_every_extension_is_refused()
    {
        var bytes = ModelLayoutCodec.Write(ModelFolding.LayoutOf(ModelShapes.Find("stories260k")));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ModelFormatException>(() => ModelLayoutCodec.Read(bytes.AsSpan(0, length)));
        Assert.Throws<ModelFormatException>(() => ModelLayoutCodec.Read([.. bytes, 0]));
        Assert.Throws<ModelFormatException>(() => ModelLayoutCodec.Read(new byte[ModelLayoutCodec.MaxBytes + 1]));
    }

    [Fact]
    public void Mutated_bytes_are_refused_or_are_the_canonical_form_of_what_they_say()
    {
        var bytes = ModelLayoutCodec.Write(ModelFolding.LayoutOf(ModelShapes.Find("stories260k")));
        var accepted = 0;
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 4].Sample(mutations =>
        {
            var mutated = (byte[])bytes.Clone();
            foreach (var (position, value) in mutations) mutated[position] = value;
            try
            {
                Assert.Equal(mutated, ModelLayoutCodec.Write(ModelLayoutCodec.Read(mutated)));
                Interlocked.Increment(ref accepted);
            }
            catch (ModelFormatException e)
            {
                Assert.StartsWith("model layout: ", e.Message);
            }
        }, seed: "0000KOIPe036", iter: 5000, threads: 1);
        Assert.NotEqual(0, accepted);
    }
}
