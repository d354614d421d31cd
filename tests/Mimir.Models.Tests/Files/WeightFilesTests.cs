using Mimir.Models.Files;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Files;

public class WeightFilesTests
{
    [Fact]
    public void Shards_are_one_set_of_tensors()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("model-1.safetensors", new SafetensorsWriter().AddSingle("a", [2], [1, 2]).ToBytes());
        directory.Write("model-2.safetensors", new SafetensorsWriter().AddHalf("b", [2], [3, 4]).ToBytes());
        Index(directory, """{"a":"model-1.safetensors","b":"model-2.safetensors"}""");
        using var files = WeightFiles.Open(directory.Path);
        var (a, b) = (new double[2], new double[2]);
        files.Read("a", 0, a);
        files.Read("b", 0, b);
        Assert.Equal([1, 2, 3, 4], [.. a, .. b]);
        Assert.Equal(["a", "b"], files.Names.Order());
    }

    [Theory]
    [InlineData("""{"a":"../secret.safetensors"}""", "refused shard")]
    [InlineData("""{"a":"/etc/passwd.safetensors"}""", "refused shard")]
    [InlineData("""{"a":"..\\secret.safetensors"}""", "refused shard")]
    [InlineData("""{"a":"sub/model.safetensors"}""", "refused shard")]
    [InlineData("""{"a":"config.json"}""", "refused shard")]
    [InlineData("""{"a":"missing.safetensors"}""", "missing.safetensors")]
    [InlineData("""{"b":"model-1.safetensors"}""", "does not hold it")]
    [InlineData("""{"a":7}""", "weight_map")]
    [InlineData("""[]""", "weight_map")]
    public void Wrong_indexes_are_refused(string map, string reason)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("model-1.safetensors", new SafetensorsWriter().AddSingle("a", [2], [1, 2]).ToBytes());
        Index(directory, map);
        var error = Assert.Throws<ModelFormatException>(() => WeightFiles.Open(directory.Path));
        Assert.Contains("model.safetensors.index.json", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Missing_weights_say_what_to_do()
    {
        using var directory = new TemporaryDirectory();
        Assert.Contains("model.safetensors", Assert.Throws<ModelFormatException>(() => WeightFiles.Open(directory.Path)).Message);
        directory.Write("pytorch_model.bin", "x");
        Assert.Contains("safe_serialization", Assert.Throws<ModelFormatException>(() => WeightFiles.Open(directory.Path)).Message);
    }

    private static void Index(TemporaryDirectory directory, string map) =>
        directory.Write("model.safetensors.index.json", $$"""{"metadata":{"total_size":12},"weight_map":{{map}} }""");
}
