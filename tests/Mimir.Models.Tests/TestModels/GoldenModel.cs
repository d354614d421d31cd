using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;

namespace Mimir.Models.Tests.TestModels;

/// <summary>
/// A small random model of one architecture, written as Hugging Face stores it and opened again, with logits of another implementation
/// (tools/parity/parity.py, which says how weights come from names).
/// </summary>
public sealed class GoldenModel : IDisposable
{
    private GoldenModel(JsonElement golden, int? layers)
    {
        var config = JsonNode.Parse(golden.GetProperty("config").GetRawText())!;
        if (layers is not null) config["num_hidden_layers"] = layers;
        Files.Write("config.json", config.ToJsonString());
        var writer = new SafetensorsWriter();
        foreach (var tensor in golden.GetProperty("tensors").EnumerateArray())
        {
            var (name, shape) = (tensor.GetProperty("name").GetString()!, Ints(tensor.GetProperty("shape")));
            writer.AddSingle(name, shape, Weights(name, shape.Aggregate(1, (a, b) => a * b), tensor.GetProperty("mean").GetDouble(), tensor.GetProperty("deviation").GetDouble()));
        }
        Files.Write("model.safetensors", writer.ToBytes());
        Tokens = Ints(golden.GetProperty("tokens"));
        Logits = golden.GetProperty("logits").EnumerateObject().ToDictionary(p => int.Parse(p.Name), p => p.Value.EnumerateArray().Select(x => x.GetDouble()).ToArray());
        Config = ModelDirectory.OpenConfig(Files.Path);
        Weighted = new FoldedModel(Config, WeightFiles.Open(Files.Path));
    }

    /// <summary>config.json and model.safetensors.</summary>
    public TemporaryDirectory Files { get; } = new();

    /// <summary>Its directory.</summary>
    public string Path => Files.Path;

    public ModelConfig Config { get; }

    public FoldedModel Weighted { get; }

    public int[] Tokens { get; }

    /// <summary>By position.</summary>
    public IReadOnlyDictionary<int, double[]> Logits { get; }

    /// <summary>All files, without ".json".</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.json").Select(f => System.IO.Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    private static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                var path = System.IO.Path.Combine(folder.FullName, "tests", "Mimir.Models.Tests", "Golden", "Architectures");
                if (Directory.Exists(path)) return path;
            }
            throw new DirectoryNotFoundException("tests/Mimir.Models.Tests/Golden/Architectures is not in a parent of the tests");
        }
    }

    /// <summary>A model, or its first layers only, which have no golden logits.</summary>
    public static GoldenModel Open(string name, int? layers = null)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(Folder, $"{name}.json")));
        return new GoldenModel(json.RootElement, layers);
    }

    /// <summary>A model's config.json.</summary>
    public static byte[] ConfigOf(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(Folder, $"{name}.json")));
        return Encoding.UTF8.GetBytes(json.RootElement.GetProperty("config").GetRawText());
    }

    public void Dispose()
    {
        Weighted.Dispose();
        Files.Dispose();
    }

    private static double[] Weights(string name, int count, double mean, double deviation)
    {
        var seed = 0xCBF29CE484222325;
        foreach (var b in Encoding.ASCII.GetBytes(name)) seed = unchecked((seed ^ b) * 0x100000001B3);
        var stream = new SplitMix64(seed);
        var weights = new double[count];
        foreach (ref var weight in weights.AsSpan()) weight = (float)(mean + deviation * stream.NextNormal());
        return weights;
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(i => i.GetInt32())];
}
