using System.Text.Json.Nodes;

namespace Mimir.Models.Gguf.Vocabularies;

/// <summary>How a byte-level tokenizer cuts text, by tokenizer.ggml.pre: the parts of the tokenizer.json that the name stands for.</summary>
/// <param name="Normalizer">"NFC" or null.</param>
/// <param name="Steps">What comes before ByteLevel.</param>
/// <param name="OwnPattern">ByteLevel cuts by GPT-2's pattern itself.</param>
/// <param name="IgnoresMerges">A word that is a token is taken whole.</param>
/// <param name="AddsBos">Texts begin with the first token where the file does not say.</param>
/// <remarks>Source: the tokenizer.json files named in llama.cpp, convert_hf_to_gguf_update.py; src/llama-vocab.cpp.</remarks>
internal sealed record PreTokenizers(string? Normalizer, IReadOnlyList<JsonObject> Steps, bool OwnPattern, bool IgnoresMerges = false, bool AddsBos = false)
{
    private const string Tail = @" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", Before = @"[^\r\n\p{L}\p{N}]?";

    /// <summary>What <paramref name="name"/> stands for, or null when Mimir does not know it.</summary>
    public static PreTokenizers? Find(string name) => name switch
    {
        "gpt-2" or "gpt2" => new(null, [], true),
        "olmo" => new("NFC", [], true),
        "smollm" => new(null, [new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }], true),
        "llama-bpe" or "llama3" or "llama-v3" => new(null, [Split($@"{Contractions}|{Before}\p{{L}}+|\p{{N}}{{1,3}}|{Tail}")], false, true, true),
        "smaug-bpe" => new(null, [Split($@"{Contractions}|{Before}\p{{L}}+|\p{{N}}{{1,3}}|{Tail}")], false),
        "qwen2" => new("NFC", [Split($@"{Contractions}|{Before}\p{{L}}+|\p{{N}}|{Tail}")], false),
        "tekken" => new(null, [Split($@"{Before}{Upper}*{Lower}+|{Before}{Upper}+{Lower}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")], false, true, true),
        "gpt-4o" => new(null,
            [Split($@"{Before}{Upper}*{Lower}+{Contractions}?|{Before}{Upper}+{Lower}*{Contractions}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")], false),
        _ => null,
    };

    private static JsonObject Split(string pattern) => new()
    {
        ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false,
    };
}
