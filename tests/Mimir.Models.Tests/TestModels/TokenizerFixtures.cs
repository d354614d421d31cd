using System.Text.Json;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.TestModels;

/// <summary>Small tokenizer.json files of the kinds that models come with; the vocabularies are a few hand-picked merges.</summary>
public static class TokenizerFixtures
{
    public const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly (string Left, string Right)[] ByteMerges =
    [
        ("\u0120", "t"), ("h", "e"), ("\u0120t", "he"), ("i", "n"), ("\u0120", "a"), ("r", "e"), ("o", "n"), ("e", "r"), ("\u0120", "s"), ("l", "l"),
        ("'", "s"), ("\u0120", "\u0120"), ("\u010a", "\u010a"), ("\u00f0", "\u0141"), ("\u00f0\u0141", "\u013a"), ("\u00c3", "\u00a9"), ("1", "2"), ("12", "3"),
        ("in", "g"), ("H", "e"), ("ll", "o"), ("He", "llo"), ("\u0120", "\u00f0\u0141"), ("!", "!"), ("\u0120s", "he"), ("a", "\u00f0"),
    ];

    private static readonly (string Left, string Right)[] SpaceMerges =
    [
        ("\u2581", "t"), ("h", "e"), ("\u2581t", "he"), ("i", "n"), ("\u2581", "a"), ("l", "l"), ("in", "g"), ("H", "e"), ("ll", "o"), ("He", "llo"), ("\u2581", "\u2581"),
    ];

    /// <summary>GPT-2: ByteLevel throughout, one special token, no template; merges as "a b".</summary>
    public static string Gpt2(params string[] special) => Serialize(ByteLevelVocabulary(), ByteMerges, pairs: false, ignoreMerges: false, byteFallback: false,
        normalizer: null,
        preTokenizer: """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""",
        postProcessor: """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}""",
        decoder: """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
        special: ["<|endoftext|>", .. special]);

    /// <summary>The tokenizer that a tokenizer.json describes.</summary>
    public static ITokenizer Open(string json)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("tokenizer.json", json);
        return TokenizerFiles.Open(directory.Path);
    }

    /// <summary>Llama 3: its own pattern, ByteLevel without a pattern, whole words first, a template with a BOS; merges as ["a", "b"].</summary>
    public static string Llama3() => Serialize(ByteLevelVocabulary("\u0120whole"), ByteMerges, pairs: true, ignoreMerges: true, byteFallback: false,
        normalizer: null,
        preTokenizer: $$"""
            {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":{{JsonSerializer.Serialize(Llama3Pattern)}}},"behavior":"Isolated","invert":false},
             {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}
            """,
        postProcessor: """
            {"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},
             {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|begin|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],
              "special_tokens":{"<|begin|>":{"id":"<|begin|>","ids":[284],"tokens":["<|begin|>"]}}}]}
            """,
        decoder: """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
        special: ["<|end|>", "<|begin|>"]);

    /// <summary>Llama 2 as newer converters write it: Metaspace before the first piece only, byte fallback.</summary>
    public static string Metaspace() => Serialize(
        [.. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), .. "\u2581abcdefghijklmnopqrstuvwxyzHL.,!'\u00e9".Select(c => c.ToString())],
        SpaceMerges, pairs: false, ignoreMerges: false, byteFallback: true,
        normalizer: null,
        preTokenizer: """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""",
        postProcessor: null,
        decoder: """
            {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
             {"type":"Strip","content":" ","start":1,"stop":0}]}
            """,
        special: ["<s>", "</s>"]);

    private static List<string> ByteLevelVocabulary(params string[] more)
    {
        // GPT-2's order: printable bytes, then the stand-ins for the others.
        var printable = Enumerable.Range(0, 256).Where(b => b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174).Select(b => ((char)b).ToString());
        var standIns = Enumerable.Range(256, 68).Select(c => ((char)c).ToString());
        return [.. printable, .. standIns, .. more];
    }

    private static string Serialize(List<string> tokens, (string Left, string Right)[] merges, bool pairs, bool ignoreMerges, bool byteFallback,
        string? normalizer, string preTokenizer, string? postProcessor, string decoder, string[] special)
    {
        tokens.AddRange(merges.Select(m => m.Left + m.Right));
        var added = special.Select((content, i) => new { id = tokens.Count + i, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true });
        var vocabulary = tokens.Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id);
        object[] mergeList = [.. merges.Select(m => pairs ? (object)new[] { m.Left, m.Right } : $"{m.Left} {m.Right}")];
        return $$"""
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":{{JsonSerializer.Serialize(added)}},"normalizer":{{normalizer ?? "null"}},
             "pre_tokenizer":{{preTokenizer}},"post_processor":{{postProcessor ?? "null"}},"decoder":{{decoder}},
             "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,
              "byte_fallback":{{JsonSerializer.Serialize(byteFallback)}},"ignore_merges":{{JsonSerializer.Serialize(ignoreMerges)}},
              "vocab":{{JsonSerializer.Serialize(vocabulary)}},"merges":{{JsonSerializer.Serialize(mergeList)}} } }
            """;
    }
}
