using System.Text;
using Mimir.Models;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;
using Mimir.Models.Transformers;

namespace Mimir.Fuzzing;

/// <summary>Parsers of model directories.</summary>
internal static class ModelTargets
{
    private const string Shard = "m-1.safetensors", Text = "Hello the caf\u00e9 \U0001F600 123\n\n it's";
    private static readonly LlamaTestModel Llama = new(tied: false, attentionBias: true, mlpBias: false, seed: 1);
    private static readonly ModelConfig Config = ModelConfig.Parse(JsonFile.Parse(Utf8(Llama.Config), "config.json"));

    /// <summary>All targets; their seeds are made here.</summary>
    public static IReadOnlyList<FuzzTarget> All()
    {
        using var model = new TemporaryDirectory();
        Llama.Save(model);
        Scratch.Write("weights/model.safetensors", []);
        Scratch.Write($"shards/{Shard}", new SafetensorsWriter().AddSingle("a", [1], [1]).AddBrain("b", [1], [1]).ToBytes());
        return
        [
            new("safetensors", [File.ReadAllBytes(Path.Combine(model.Path, "model.safetensors")), OtherTypes], b => Read(() => Weights(b))),
            new("shard-index", ["""{"metadata":{"total_size":8},"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors"}}"""u8.ToArray()], b => Read(() => Shards(b))),
            new("model-config", [Utf8(Llama.Config), Utf8(new Gpt2TestModel(true, "", "gelu", 1).Config), Adapter, .. ArchitectureSeeds.Configs], ModelConfigs),
            new("tokenizer-json", [Utf8(TokenizerFixtures.Gpt2()), Utf8(TokenizerFixtures.Llama3()), Utf8(TokenizerFixtures.Metaspace())], b => Read(() => Tokenize("json/tokenizer.json", b))),
            new("tokenizer-model", [SentencePieceSeed.Model()], b => Read(() => Tokenize("pieces/tokenizer.model", b))),
        ];
    }

    private static byte[] OtherTypes => new SafetensorsWriter().AddHalf("a", [2], [1, 2]).AddBytes("b", "BOOL", [1], [1]).ToBytes();

    private static byte[] Adapter =>
        """{"peft_type":"LORA","r":2,"lora_alpha":4,"use_rslora":true,"bias":"none","target_modules":["q_proj","v_proj"],"use_dora":false,"rank_pattern":{}}"""u8.ToArray();

    private static Outcome Read(Func<string> read) => Attempt.Read(read, e => e is ModelFormatException);

    private static string Weights(byte[] bytes)
    {
        using var folded = new FoldedModel(Config, WeightFiles.Open(Scratch.At("weights"), _ => new MemoryWeights(bytes)));
        foreach (var matrix in folded.Layout.Matrices) folded.Read(matrix, new double[matrix.Rows * matrix.Width]);
        return "weights";
    }

    private static string Shards(byte[] bytes)
    {
        Scratch.Write("shards/model.safetensors.index.json", bytes);
        using var files = WeightFiles.Open(Scratch.At("shards"));
        return $"{files.Names.Count}";
    }

    private static Outcome ModelConfigs(byte[] bytes)
    {
        Scratch.Write("adapter/adapter_config.json", bytes);
        return Attempt.All(
            Read(() => $"{ModelLayoutCodec.Write(ModelFolding.LayoutOf(ModelConfig.Parse(JsonFile.Parse(bytes, "config.json")))).Length > 0}"),
            Read(() => $"{AdapterConfig.Read(Scratch.At("adapter")).Targets.Count}"));
    }

    private static string Tokenize(string file, byte[] bytes)
    {
        var tokenizer = TokenizerFiles.Open(Path.GetDirectoryName(Scratch.Write($"tokenizers/{file}", bytes))!);
        var ids = tokenizer.Encode(Text);
        if (ids.Any(id => id < 0 || id >= tokenizer.Count)) throw new InvalidOperationException("A token is outside the vocabulary.");
        return tokenizer.Decode(ids) == Text ? "same" : "other";
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
