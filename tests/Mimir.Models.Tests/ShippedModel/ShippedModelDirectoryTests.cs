using System.Text.Json;
using Xunit;

namespace Mimir.Models.Tests.ShippedModel;

/// <summary>The model that comes with the project stays small and complete.</summary>
public sealed class ShippedModelDirectoryTests
{
    private const long LargestSize = 6_000_000;

    private static readonly DirectoryInfo Model = Find();

    [Fact]
    public void Takes_at_most_six_megabytes() =>
        Assert.InRange(Model.EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length), 1, LargestSize);

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer.model")]
    [InlineData("tokenizer_config.json")]
    [InlineData("README.md")]
    public void Has_every_file(string name) => Assert.True(File.Exists(Path.Combine(Model.FullName, name)), $"{Model.FullName} lacks {name}");

    [Fact]
    public void Weights_fill_the_shapes_of_the_configuration()
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Model.FullName, "config.json")));
        long Number(string key) => config.RootElement.GetProperty(key).GetInt64();
        (long width, long inner) = (Number("hidden_size"), Number("intermediate_size"));
        long keyValue = width / Number("num_attention_heads") * Number("num_key_value_heads");
        long layer = (2 * width * width) + (2 * width * keyValue) + (3 * width * inner) + (2 * width);
        long parameters = (Number("vocab_size") * width) + (Number("num_hidden_layers") * layer) + width;

        using FileStream file = File.OpenRead(Path.Combine(Model.FullName, "model.safetensors"));
        using var reader = new BinaryReader(file);
        long data = file.Length - 8 - reader.ReadInt64();
        Assert.Equal(2 * parameters, data);
    }

    [Fact]
    public void Card_states_the_measured_perplexity() =>
        Assert.Matches(@"held-out perplexity \| \*\*\d+\.\d+\*\* per token, \*\*\d\.\d+\*\* bits per byte", File.ReadAllText(Path.Combine(Model.FullName, "README.md")));

    private static DirectoryInfo Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mimir.slnx")))
            folder = folder.Parent;
        return new DirectoryInfo(Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("No Mimir.slnx above the tests."), "models", "mimir-kjv"));
    }
}
