using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Vocabularies;

/// <summary>Writes the tokenizer.json and the tokenizer_config.json that a GGUF file's vocabulary came from.</summary>
internal static class TokenizerJsonWriter
{
    private const string Space = "\u2581";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>Writes tokenizer.json.</summary>
    /// <exception cref="ModelFormatException">A kind of tokenizer that cannot be written exactly; names it.</exception>
    public static void Write(Stream stream, GgufVocabulary vocabulary, string architecture)
    {
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        WriteAdded(json, vocabulary);
        switch (vocabulary.Model)
        {
            case "llama":
                WriteSentencePiece(json, vocabulary);
                break;
            case "gpt2":
                WriteByteLevel(json, vocabulary, PreOf(vocabulary, architecture));
                break;
            default:
                throw vocabulary.Error("model", $"is '{vocabulary.Model}', but Mimir imports llama (SentencePiece) and gpt2 (byte-level) tokenizers");
        }
        json.WriteEndObject();
    }

    /// <summary>Writes tokenizer_config.json.</summary>
    public static void WriteConfig(Stream stream, GgufVocabulary vocabulary, string architecture)
    {
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        Token("bos_token", vocabulary.BosId);
        Token("eos_token", vocabulary.EosId);
        Token("unk_token", vocabulary.UnknownId);
        Token("pad_token", vocabulary.PaddingId);
        json.WriteBoolean("add_bos_token", AddsBos(vocabulary, architecture));
        json.WriteBoolean("add_eos_token", vocabulary.AddsEos ?? false);
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        if (vocabulary.ChatTemplate is { } template) json.WriteString("chat_template", template);
        json.WriteEndObject();

        void Token(string key, int? id)
        {
            if (vocabulary.TextOf(id) is { } text) json.WriteString(key, text);
        }
    }

    private static bool AddsBos(GgufVocabulary vocabulary, string architecture) => vocabulary.BosId is not null
        && (vocabulary.AddsBos ?? (vocabulary.Model == "llama" || PreOf(vocabulary, architecture).AddsBos));

    private static PreTokenizers PreOf(GgufVocabulary vocabulary, string architecture)
    {
        // Files from before tokenizer.ggml.pre existed: GPT-2 has but one.
        var name = vocabulary.Pre ?? (architecture == "gpt2" ? "gpt-2" : throw vocabulary.Error("pre", "is missing, so how text is cut is not known; take a newer GGUF file of this model"));
        return PreTokenizers.Find(name) ?? throw vocabulary.Error("pre", $"is '{name}', which Mimir does not know; take the model's Hugging Face directory instead");
    }

    private static void WriteSentencePiece(Utf8JsonWriter json, GgufVocabulary vocabulary)
    {
        var prefix = vocabulary.AddsSpace ?? true;
        var replace = Replace(" ", Space);
        Node(json, "normalizer", prefix ? Sequence("normalizers", new JsonObject { ["type"] = "Prepend", ["prepend"] = Space }, replace) : replace);
        json.WriteNull("pre_tokenizer");
        WriteTemplate(json, vocabulary, vocabulary.AddsBos ?? true);
        JsonObject[] steps = [Replace(Space, " "), new() { ["type"] = "ByteFallback" }, new() { ["type"] = "Fuse" }];
        Node(json, "decoder", Sequence("decoders", prefix ? [.. steps, new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }] : steps));
        WriteModel(json, vocabulary, SentencePieceMerges.Of(vocabulary), fallback: vocabulary.Kinds.Count(k => k == GgufTokenKind.Byte) == 256, false);
    }

    private static void WriteByteLevel(Utf8JsonWriter json, GgufVocabulary vocabulary, PreTokenizers pre)
    {
        if (pre.Normalizer is { } normalizer) Node(json, "normalizer", new JsonObject { ["type"] = normalizer });
        else json.WriteNull("normalizer");
        var bytes = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = pre.OwnPattern };
        Node(json, "pre_tokenizer", pre.Steps.Count == 0 ? bytes : Sequence("pretokenizers", [.. pre.Steps, bytes]));
        WriteTemplate(json, vocabulary, vocabulary.AddsBos ?? pre.AddsBos);
        Node(json, "decoder", new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true });
        var merges = vocabulary.Merges.Select((merge, rank) => merge.IndexOf(' ', Math.Min(1, merge.Length)) is var cut and > 0 && cut < merge.Length - 1
            ? (merge[..cut], merge[(cut + 1)..]) : throw vocabulary.Error("merges", $"has no two parts at {rank}"));
        WriteModel(json, vocabulary, merges, fallback: false, pre.IgnoresMerges);
    }

    private static void WriteModel(Utf8JsonWriter json, GgufVocabulary vocabulary, IEnumerable<(string Left, string Right)> merges, bool fallback, bool ignoresMerges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        if (vocabulary.TextOf(vocabulary.UnknownId) is { } unknown && vocabulary.Model == "llama") json.WriteString("unk_token", unknown);
        json.WriteBoolean("fuse_unk", vocabulary.Model == "llama");
        json.WriteBoolean("byte_fallback", fallback);
        json.WriteBoolean("ignore_merges", ignoresMerges);
        json.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
            if (vocabulary.Kinds[id] != GgufTokenKind.Unused) json.WriteNumber(vocabulary.Tokens[id], id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(left);
            json.WriteStringValue(right);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Control tokens are special; tokens that users defined are not. Those that hold SentencePiece's space never occur in a text as they are written, so merges make them.</summary>
    private static void WriteAdded(Utf8JsonWriter json, GgufVocabulary vocabulary)
    {
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            var special = vocabulary.Kinds[id] is GgufTokenKind.Control or GgufTokenKind.Unknown;
            if (!special && (vocabulary.Kinds[id] != GgufTokenKind.UserDefined || vocabulary.Tokens[id].Contains(Space, StringComparison.Ordinal))) continue;
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", vocabulary.Tokens[id]);
            foreach (var key in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"]) json.WriteBoolean(key, false);
            json.WriteBoolean("special", special);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTemplate(Utf8JsonWriter json, GgufVocabulary vocabulary, bool addsBos)
    {
        var (before, after) = (addsBos ? vocabulary.BosId : null, vocabulary.AddsEos == true ? vocabulary.EosId : null);
        if (before is null && after is null)
        {
            json.WriteNull("post_processor");
            return;
        }
        var (single, tokens) = (new JsonArray(), new JsonObject());
        Special(before);
        single.Add(new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } });
        Special(after);
        Node(json, "post_processor", new JsonObject { ["type"] = "TemplateProcessing", ["single"] = single, ["pair"] = single.DeepClone(), ["special_tokens"] = tokens });

        void Special(int? id)
        {
            if (vocabulary.TextOf(id) is not { } text) return;
            single.Add(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = text, ["type_id"] = 0 } });
            tokens[text] = new JsonObject { ["id"] = text, ["ids"] = new JsonArray(id!.Value), ["tokens"] = new JsonArray(text) };
        }
    }

    private static JsonObject Replace(string from, string to) => new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = from }, ["content"] = to };

    private static JsonObject Sequence(string key, params JsonObject[] steps) => new() { ["type"] = "Sequence", [key] = new JsonArray([.. steps]) };

    private static void Node(Utf8JsonWriter json, string key, JsonObject value)
    {
        json.WritePropertyName(key);
        value.WriteTo(json);
    }
}
