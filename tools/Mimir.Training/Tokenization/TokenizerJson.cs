using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mimir.Training.Tokenization;

/// <summary>Reads and writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> in the form of the Hugging Face tokenizers library.</summary>
internal static class TokenizerJson
{
    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes both files: BPE with byte fallback, a space prepended, <c>&lt;s&gt;</c> before every sequence.</summary>
    public static void Write(string directory, Vocabulary vocabulary, int context)
    {
        string space = Vocabulary.Space.ToString();
        var vocab = new JsonObject();
        for (int id = 0; id < vocabulary.Pieces.Count; id++)
            vocab[vocabulary.Pieces[id]] = id;
        var document = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 3).Select(id => Special(id, vocabulary.Pieces[id]))]),
            ["normalizer"] = Sequence("normalizers",
                new JsonObject { ["type"] = "Prepend", ["prepend"] = space },
                Replace(" ", space)),
            ["pre_tokenizer"] = null,
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Begin(), Part("A")),
                ["pair"] = new JsonArray(Begin(), Part("A"), Part("B")),
                ["special_tokens"] = new JsonObject
                {
                    ["<s>"] = new JsonObject { ["id"] = "<s>", ["ids"] = new JsonArray(1), ["tokens"] = new JsonArray("<s>") },
                },
            },
            ["decoder"] = Sequence("decoders",
                Replace(space, " "),
                new JsonObject { ["type"] = "ByteFallback" },
                new JsonObject { ["type"] = "Fuse" },
                new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = "<unk>",
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = vocab,
                ["merges"] = new JsonArray([.. vocabulary.Merges().Select(m => JsonValue.Create($"{m.Left} {m.Right}"))]),
            },
        };
        File.WriteAllText(Path.Combine(directory, "tokenizer.json"), document.ToJsonString(Format) + "\n");
        var config = new JsonObject
        {
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
            ["unk_token"] = "<unk>",
            ["add_bos_token"] = true,
            ["add_eos_token"] = false,
            ["tokenizer_class"] = "LlamaTokenizer",
            ["model_max_length"] = context,
            ["legacy"] = true,
            ["sp_model_kwargs"] = new JsonObject(),
        };
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), config.ToJsonString(Format) + "\n");
    }

    /// <summary>Reads a vocabulary that <see cref="Write"/> wrote.</summary>
    public static Vocabulary Read(string directory)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        JsonElement model = document.RootElement.GetProperty("model");
        string[] pieces = [.. model.GetProperty("vocab").EnumerateObject().OrderBy(p => p.Value.GetInt32()).Select(p => p.Name)];
        int merged = model.GetProperty("merges").EnumerateArray().Select(m => m.GetString()!.Replace(" ", "", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).Count();
        return new Vocabulary(pieces[Vocabulary.FirstMerged..(Vocabulary.FirstMerged + merged)], pieces[(Vocabulary.FirstMerged + merged)..]);
    }

    private static JsonObject Special(int id, string content) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject Sequence(string key, params JsonNode[] steps) => new() { ["type"] = "Sequence", [key] = new JsonArray(steps) };

    private static JsonObject Replace(string from, string to) =>
        new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = from }, ["content"] = to };

    private static JsonObject Begin() => new() { ["SpecialToken"] = new JsonObject { ["id"] = "<s>", ["type_id"] = 0 } };

    private static JsonObject Part(string id) => new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = 0 } };
}
