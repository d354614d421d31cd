using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Gguf;
using Mimir.Models.Gguf.Conversion;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Gguf;

/// <summary>The models whose logits are held by <see cref="Golden.ArchitectureTests"/>, through GGUF and back: the same layout, the same weights.</summary>
public sealed class GoldenGgufTests
{
    [Theory]
    [InlineData("qwen2", "qwen2")]
    [InlineData("qwen3", "qwen3")]
    [InlineData("gemma2", "gemma2")]
    [InlineData("gemma3", "gemma3")]
    [InlineData("phi3_longrope", "phi3")]
    [InlineData("gpt_neox_parallel", "gptneox")]
    [InlineData("gpt_neox_sequential", "gptneox")]
    public void Every_architecture_comes_back(string name, string architecture)
    {
        using var golden = GoldenModel.Open(name);
        using var directory = new TemporaryDirectory();
        using (var file = GgufFile.Open(directory.Write("a.gguf", GoldenGguf.Of(golden.Path, architecture)))) new GgufConversion(file).Write(directory.Path, _ => { }, CancellationToken.None);
        using SafetensorsFile before = SafetensorsFile.Open(Path.Combine(golden.Path, "model.safetensors")), after = SafetensorsFile.Open(Path.Combine(directory.Path, "model.safetensors"));
        Assert.Equal(before.Tensors.Keys.Order(), after.Tensors.Keys.Order());
        // One is added to Gemma's gains and taken away again in single precision.
        foreach (var tensor in before.Tensors.Values) Assert.All(Values(before, tensor.Name).Zip(Values(after, tensor.Name)), p => Assert.Equal(p.First, p.Second, architecture is "gemma2" or "gemma3" ? 1e-6 : 0));
        using var model = ModelDirectory.Open(directory.Path);
        Assert.Equal(ModelLayoutCodec.Digest(golden.Weighted.Layout), ModelLayoutCodec.Digest(model.Weights.Layout));
    }

    private static double[] Values(SafetensorsFile file, string name)
    {
        var values = new double[file.Tensors[name].Elements];
        file.Read(file.Tensors[name], 0, values);
        return values;
    }
}
