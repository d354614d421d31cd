using Mimir.Models.Files;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Files;

public class ModelDirectoryTests
{
    [Fact]
    public void Opens_everything()
    {
        using var model = ModelDirectory.Open(SharedData.Stories260K() + Path.DirectorySeparatorChar);
        Assert.Equal("stories260K", model.Name);
        Assert.Equal(512, model.Config.VocabularySize);
        Assert.Equal(512, model.Tokenizer.Count);
        Assert.Equal(5, model.Weights.Layout.Layers);
    }

    [Fact]
    public void Tokenizer_and_configuration_open_without_weights()
    {
        using var directory = Copy("config.json", "tokenizer.json");
        Assert.Equal(512, ModelDirectory.OpenTokenizer(directory.Path).Count);
        Assert.Equal(64, ModelDirectory.OpenConfig(directory.Path).HiddenSize);
        Assert.Contains("model.safetensors", Error(() => ModelDirectory.Open(directory.Path)));
    }

    [Fact]
    public void What_is_missing_is_said_in_one_line()
    {
        using var directory = Copy("config.json");
        var nowhere = Path.Combine(directory.Path, "nowhere");
        Assert.Equal($"{nowhere}: directory not found; name a directory with config.json, model.safetensors and a tokenizer", Error(() => ModelDirectory.Open(nowhere)));
        Assert.Contains("is a file", Error(() => ModelDirectory.OpenConfig(Path.Combine(directory.Path, "config.json"))));
        Assert.Contains("tokenizer.json", Error(() => ModelDirectory.Open(directory.Path)));
        Assert.Contains("tokenizer.json", Error(() => ModelDirectory.OpenTokenizer(directory.Path)));
        File.Delete(Path.Combine(directory.Path, "config.json"));
        Assert.Contains("config.json: file not found", Error(() => ModelDirectory.Open(directory.Path)));
    }

    [Fact]
    public void Weights_that_do_not_belong_to_the_configuration_are_refused()
    {
        using var directory = Copy("config.json", "tokenizer.json", "model.safetensors");
        var path = Path.Combine(directory.Path, "config.json");
        var json = File.ReadAllText(path);
        File.WriteAllText(path, json.Replace("\"num_hidden_layers\": 5", "\"num_hidden_layers\": 6"));
        Assert.Contains("model.layers.5.", Error(() => ModelDirectory.Open(directory.Path)));
        File.WriteAllText(path, json.Replace("\"intermediate_size\": 172", "\"intermediate_size\": 171"));
        Assert.Contains("[172, 64] where config.json asks for [171, 64]", Error(() => ModelDirectory.Open(directory.Path)));
        File.WriteAllText(path, json.Replace("\"vocab_size\": 512", "\"vocab_size\": 511"));
        Assert.Contains("511", Error(() => ModelDirectory.Open(directory.Path)));
        File.WriteAllText(path, json.Replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"));
        Assert.Contains("lm_head.weight", Error(() => ModelDirectory.Open(directory.Path)));
    }

    private static string Error(Action open)
    {
        var message = Assert.Throws<ModelFormatException>(open).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static TemporaryDirectory Copy(params string[] names)
    {
        var source = SharedData.Stories260K();
        var directory = new TemporaryDirectory();
        foreach (var name in names) directory.Write(name, File.ReadAllBytes(Path.Combine(source, name)));
        return directory;
    }
}
