using System.Text;
using Mimir.Models;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Templates;
using Mimir.Models.Tests.Templates;
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

    private static readonly string[] TokenizerFamilies = ["Qwen", "GPT-NeoX", "Phi-3", "Gemma", "Unigram"];

    private static readonly ChatMessage[] Conversation =
    [
        new("system", " be good "), new("user", "Hi <|im_end|>"), new("assistant", null) { ToolCalls = [new ChatToolCall("abcdefghi", "add", """{"a": [1, 2.5, null]}""")] },
        new("tool", "3.5") { Name = "add", ToolCallId = "abcdefghi" }, new("assistant", "<think>\n3\n</think>\n\n3.5"), new("user", "caf\u00e9 \U0001F600"),
    ];

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
            new("model-config", [Utf8(Llama.Config), Utf8(new Gpt2TestModel(true, "", "gelu", 1).Config), Adapter], ModelConfigs),
            new("tokenizer-json", [Utf8(TokenizerFixtures.Gpt2()), Utf8(TokenizerFixtures.Llama3()), Utf8(TokenizerFixtures.Metaspace()), .. TokenizerFamilies.Select(family => Utf8(TrainedTokenizer.Of(family)))], b => Read(() => Tokenize("json/tokenizer.json", b))),
            new("tokenizer-model", [SentencePieceSeed.Model()], b => Read(() => Tokenize("pieces/tokenizer.model", b))),
            new("chat-template", [.. FamilyTemplates.All.Select(t => Utf8(t.Source)), .. LanguageSamples.ByHand.Select(s => Utf8(s.Source))], ChatTemplates),
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

    private static Outcome ChatTemplates(byte[] bytes) => Attempt.Read(() =>
    {
        var template = ChatTemplate.Parse(Encoding.UTF8.GetString(bytes));
        var rendered = template.RenderMarked(Conversation, new ChatTemplateOptions { MaxSteps = 200_000, MaxCharacters = 100_000 });
        if (rendered.Foreign.Any(span => span.Length <= 0 || span.Start < 0 || span.End > rendered.Text.Length)) throw new InvalidOperationException("A part is outside of the text.");
        return $"{rendered.Text.Length > 0} {rendered.Foreign.Count > 0}";
    }, e => e is ChatTemplateException);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class MemoryWeights(byte[] bytes) : IWeightBytes
    {
        public long Length => bytes.Length;

        public bool TryRead(long offset, Span<byte> destination)
        {
            if (offset > bytes.Length - destination.Length) return false;
            bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
