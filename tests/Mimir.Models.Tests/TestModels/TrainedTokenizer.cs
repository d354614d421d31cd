using System.Text;
using System.Text.Json.Nodes;

namespace Mimir.Models.Tests.TestModels;

/// <summary>tokenizer.json files of the families, by the structure of their parts, around small vocabularies trained here.</summary>
public static class TrainedTokenizer
{
    private const string Corpus =
        "Once upon a time there was a little girl named Lily. She said \"Hello, it's Tom's house\" and they're here; I'd say we'll go in 1999 or 12345. "
        + "the the the then there ring string bring ing  two  spaces   three \n\n new line\r\n tab\t caf\u00e9 na\u00efve stra\u00dfe "
        + "\u4f60\u597d\u4e16\u754c\u4f60\u597d \u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439 \u0645\u0631\u062d\u0628\u0627 \U0001F600\U0001F600 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35";

    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";
    private const string SpaceDecoder = """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}STRIP]}""";
    private const string Qwen = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Cl100K = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s";
    private const string O200K = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>All families.</summary>
    public static readonly string[] Families =
        ["GPT-2", "Llama 3", "Qwen", "cl100k", "o200k", "GPT-NeoX", "SmolLM", "Llama 2", "Phi-3", "Mistral", "Gemma", "Unigram", "Unigram bytes", "Pieces"];

    /// <summary>The tokenizer.json of a family.</summary>
    public static string Of(string family) => (family switch
    {
        "GPT-2" => Bytes(null, """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""", [Special("<|endoftext|>")]),
        "Llama 3" => Bytes(null, Split(TokenizerFixtures.Llama3Pattern), [Special("<|begin_of_text|>"), Special("<|eot_id|>")], ignoreMerges: true, begin: true),
        "Qwen" => Bytes("""{"type":"NFC"}""", Split(Qwen), [Special("<|endoftext|>"), Special("<|im_start|>"), Special("<|im_end|>"), Added("<tool_call>")]),
        "cl100k" => Bytes(null, Split(Cl100K), [Special("<|endoftext|>")]),
        "o200k" => Bytes(null, Split(O200K), [Special("<|endoftext|>")]),
        "GPT-NeoX" => Bytes("""{"type":"NFC"}""", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""",
            [Special("<|endoftext|>"), .. new[] { 8, 4, 3, 2 }.Select(n => Added(new string(' ', n), normalized: true)), Added("cafe\u0301", normalized: true)]),
        "SmolLM" => Bytes(null, """{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]}""", [Special("<|im_start|>"), Special("<|im_end|>")]),
        "Llama 2" => Spaces("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""", null, strip: true, [Special("<s>"), Special("</s>")], begin: true),
        "Phi-3" => Spaces("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""", null, strip: true,
            [Special("<s>"), With(Special("<|user|>"), "rstrip"), With(Special("<|end|>"), "rstrip"), With(Added("</s>"), "rstrip"), With(Special("<|left|>"), "lstrip")]),
        "Mistral" => Spaces(null, """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""", strip: true, [Special("<s>"), Special("[INST]"), Special("[/INST]")], begin: true),
        "Gemma" => Spaces("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}""", """{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}""", strip: false,
            [Special("<bos>"), Special("<start_of_turn>"), Special("<end_of_turn>"), Added("<table>")], begin: true),
        "Unigram" => Unigram("""{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Lowercase"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "},{"type":"Strip","strip_left":true,"strip_right":true}]}"""),
        "Unigram bytes" => Unigram("""{"type":"Sequence","normalizers":[{"type":"NFKD"},{"type":"StripAccents"}]}"""),
        "Pieces" => Spaces("""{"type":"NFD"}""", """{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Split","pattern":{"Regex":"-"},"behavior":"Removed","invert":false}]}""", strip: false, [Special("<s>")]),
        _ => throw new ArgumentException(family),
    }).ToJsonString();

    private static JsonObject Special(string content) => Token(content, special: true, normalized: false);

    private static JsonObject Added(string content, bool normalized = false) => Token(content, special: false, normalized);

    private static JsonObject Token(string content, bool special, bool normalized) =>
        new() { ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = normalized, ["special"] = special };

    private static JsonObject With(JsonObject token, string flag)
    {
        token[flag] = true;
        return token;
    }

    private static string Split(string pattern) => $$"""
        {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":{{JsonValue.Create(pattern).ToJsonString()}}},"behavior":"Isolated","invert":false},{{ByteLevel}}]}
        """;

    private static JsonObject Bytes(string? normalizer, string preTokenizer, JsonObject[] added, bool ignoreMerges = false, bool begin = false)
    {
        var alphabet = Enumerable.Range(0, 256).Select(b => Alphabet((byte)b)).Order(StringComparer.Ordinal).ToList();
        var (tokens, merges) = Train(alphabet, string.Concat(Encoding.UTF8.GetBytes(Corpus).Select(Alphabet)), Alphabet((byte)' '));
        if (ignoreMerges) tokens.Add("\u0120wholeword");
        return File(tokens, merges, normalizer, preTokenizer, """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", added, begin, ignoreMerges, byteFallback: false);
    }

    private static JsonObject Spaces(string? normalizer, string? preTokenizer, bool strip, JsonObject[] added, bool begin = false)
    {
        var text = Corpus.Replace(' ', '\u2581');
        List<string> alphabet = [.. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), .. text.Where(c => !char.IsSurrogate(c)).Distinct().Order().Select(c => c.ToString())];
        var (tokens, merges) = Train(alphabet, string.Concat(text.Where(c => !char.IsSurrogate(c))), "\u2581");
        return File(tokens, merges, normalizer, preTokenizer, SpaceDecoder.Replace("STRIP", strip ? """,{"type":"Strip","content":" ","start":1,"stop":0}""" : "", StringComparison.Ordinal),
            added, begin, ignoreMerges: false, byteFallback: true);
    }

    private static JsonObject Unigram(string normalizer)
    {
        var text = Corpus.Replace(' ', '\u2581').ToLowerInvariant();
        List<string> alphabet = [.. text.Where(c => char.IsAscii(c) || c == '\u2581').Distinct().Order().Select(c => c.ToString())];
        var (tokens, _) = Train(alphabet, string.Concat(text.Where(c => char.IsAscii(c) || c == '\u2581')), "\u2581");
        var random = new Random(7);
        var vocabulary = new JsonArray { new JsonArray("<unk>", 0.0) };
        foreach (var token in tokens) vocabulary.Add(new JsonArray(token, -1 - random.NextDouble() * 12));
        return Parts(new JsonObject { ["type"] = "Unigram", ["unk_id"] = 0, ["vocab"] = vocabulary }, tokens.Count + 1, normalizer,
            """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", [Special("</s>")], begin: false);
    }

    private static JsonObject File(List<string> tokens, List<(string Left, string Right)> merges, string? normalizer, string? preTokenizer, string decoder,
        JsonObject[] added, bool begin, bool ignoreMerges, bool byteFallback)
    {
        var vocabulary = new JsonObject();
        for (var i = 0; i < tokens.Count; i++) vocabulary[tokens[i]] = i;
        var model = new JsonObject
        {
            ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = null, ["end_of_word_suffix"] = null, ["fuse_unk"] = false,
            ["byte_fallback"] = byteFallback, ["ignore_merges"] = ignoreMerges, ["vocab"] = vocabulary, ["merges"] = new JsonArray([.. merges.Select(m => new JsonArray(m.Left, m.Right))]),
        };
        return Parts(model, tokens.Count, normalizer, preTokenizer, decoder, added, begin);
    }

    private static JsonObject Parts(JsonObject model, int count, string? normalizer, string? preTokenizer, string decoder, JsonObject[] added, bool begin)
    {
        for (var i = 0; i < added.Length; i++) added[i]["id"] = count + i;
        var name = added[0]["content"]!.GetValue<string>();
        return new JsonObject
        {
            ["version"] = "1.0", ["added_tokens"] = new JsonArray([.. added]), ["normalizer"] = normalizer is null ? null : JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = preTokenizer is null ? null : JsonNode.Parse(preTokenizer), ["decoder"] = JsonNode.Parse(decoder), ["model"] = model,
            ["post_processor"] = !begin ? null : new JsonObject
            {
                ["type"] = "TemplateProcessing", ["pair"] = new JsonArray(),
                ["single"] = new JsonArray(new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = name, ["type_id"] = 0 } }, new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }),
                ["special_tokens"] = new JsonObject { [name] = new JsonObject { ["id"] = name, ["ids"] = new JsonArray(count), ["tokens"] = new JsonArray(name) } },
            },
        };
    }

    // The most frequent neighbours within a word, again and again.
    private static (List<string> Tokens, List<(string, string)> Merges) Train(List<string> alphabet, string text, string space)
    {
        var (tokens, merges) = (new List<string>(alphabet), new List<(string, string)>());
        var words = text.Split(space[0]).Select(w => (space + w).Select(c => c.ToString()).ToList()).ToList();
        while (merges.Count < 120)
        {
            var pairs = words.SelectMany(w => w.Zip(w.Skip(1))).CountBy(p => p).Where(p => !tokens.Contains(p.Key.First + p.Key.Second)).ToList();
            if (pairs.Count == 0) break;
            var (left, right) = pairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key.First + " " + p.Key.Second, StringComparer.Ordinal).First().Key;
            merges.Add((left, right));
            tokens.Add(left + right);
            foreach (var word in words)
                for (var i = 0; i + 1 < word.Count; i++)
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] += right;
                        word.RemoveAt(i + 1);
                    }
        }
        return (tokens, merges);
    }

    // GPT-2's stand-ins for bytes.
    private static string Alphabet(byte value)
    {
        static bool Printable(int b) => b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
        return ((char)(Printable(value) ? value : 256 + Enumerable.Range(0, value).Count(b => !Printable(b)))).ToString();
    }
}
