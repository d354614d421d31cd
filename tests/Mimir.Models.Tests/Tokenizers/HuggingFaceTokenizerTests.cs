using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Mimir.Models.Tests.Oracles;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.Tokenizers;

/// <summary>Ids and texts are those of npm @huggingface/tokenizers, for every family of tokenizer.json files.</summary>
public class HuggingFaceTokenizerTests
{
    [Fact]
    public void Every_family_gives_the_same_ids_and_texts()
    {
        var files = TrainedTokenizer.Families.Select(family => (Name: family, Json: TrainedTokenizer.Of(family))).ToList();
        var cases = files.Select(f => (f.Name, f.Json, Texts: TextsFor(f.Name, f.Json), Ids: RandomIds(f.Json))).ToList();
        var answers = NodeOracle.Ask("tokenizers.mjs", cases.Select(c => new JsonObject
        {
            ["tokenizer"] = JsonNode.Parse(c.Json),
            ["texts"] = new JsonArray([.. c.Texts.Select(t => JsonValue.Create(t))]),
            ["ids"] = new JsonArray([.. c.Ids.Select(list => new JsonArray([.. list.Select(i => JsonValue.Create(i))]))]),
        }));
        Assert.Equal(cases.Count, answers.Count);
        var wrong = new List<string>();
        foreach (var ((name, json, texts, ids), answer) in cases.Zip(answers))
        {
            var tokenizer = TokenizerFixtures.Open(json);
            for (var i = 0; i < texts.Count; i++)
            {
                Compare(wrong, name, texts[i], Ids(answer["encoded"]![i]!), tokenizer.Encode(texts[i]));
                Compare(wrong, name, texts[i], Ids(answer["plain"]![i]!), tokenizer.Encode(texts[i], new EncodingOptions { AddSpecialTokens = false }));
            }
            for (var i = 0; i < ids.Count; i++)
            {
                var (expected, decoded) = (answer["decoded"]![i]!.GetValue<string>(), tokenizer.Decode(ids[i]));
                if (expected != decoded) wrong.Add($"{name} [{string.Join(' ', ids[i])}]: {Shown(expected)} but here {Shown(decoded)}");
                var stream = new TokenStreamDecoder(tokenizer, continuesText: false);
                Assert.Equal(decoded, string.Concat(ids[i].Select(stream.Append)) + stream.Flush());
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public void Stories260K_gives_the_same_ids()
    {
        var json = File.ReadAllText(Path.Combine(SharedData.Stories260K(), "tokenizer.json"));
        var texts = TextsFor("stories260K", json);
        var answer = NodeOracle.Ask("tokenizers.mjs", [new JsonObject
        {
            ["tokenizer"] = JsonNode.Parse(json), ["texts"] = new JsonArray([.. texts.Select(t => JsonValue.Create(t))]), ["ids"] = new JsonArray(),
        }]).Single();
        var tokenizer = TokenizerFixtures.Open(json);
        var wrong = new List<string>();
        for (var i = 0; i < texts.Count; i++) Compare(wrong, "stories260K", texts[i], Ids(answer["encoded"]![i]!), tokenizer.Encode(texts[i]));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
    }

    // Where the oracle is known to differ from the Rust library that models are made with, the text says nothing: JavaScript's \s lacks U+0085 and
    // has U+FEFF; its Digits know decimal digits only.
    private static List<string> TextsFor(string family, string json)
    {
        var spellings = JsonNode.Parse(json)!["added_tokens"]!.AsArray().Select(t => t!["content"]!.GetValue<string>()).ToArray();
        var random = new Random(11);
        var mixed = Texts.Random(12, 60).Select(text => text + spellings[random.Next(spellings.Length)] + (random.Next(2) == 0 ? " " : "") + "end" + spellings[random.Next(spellings.Length)]);
        bool Says(Rune r) => r.Value is not (0x85 or 0xFEFF) && (family != "SmolLM" || Rune.GetUnicodeCategory(r) is not (UnicodeCategory.OtherNumber or UnicodeCategory.LetterNumber));
        return [.. Texts.Awkward.Concat(Texts.Nasty).Concat(Texts.Random(10, 250)).Concat(mixed).Select(t => string.Concat(t.EnumerateRunes().Where(Says)))];
    }

    private static List<int[]> RandomIds(string json)
    {
        var parts = JsonNode.Parse(json)!;
        // JavaScript's decoder of bytes takes a byte order mark away.
        var ids = (parts["model"]!["vocab"] is JsonObject vocabulary ? vocabulary.Select(e => e.Value!.GetValue<int>()) : Enumerable.Range(1, parts["model"]!["vocab"]!.AsArray().Count - 1))
            .Concat(parts["added_tokens"]!.AsArray().Select(t => t!["id"]!.GetValue<int>())).Where(id => id != 0xEF).ToArray();
        var random = new Random(13);
        return [.. Enumerable.Range(0, 200).Select(_ => Enumerable.Range(0, random.Next(12)).Select(_ => ids[random.Next(ids.Length)]).ToArray())];
    }

    private static int[] Ids(JsonNode node) => [.. node.AsArray().Select(i => i!.GetValue<int>())];

    private static void Compare(List<string> wrong, string name, string text, int[] expected, IReadOnlyList<int> actual)
    {
        if (!expected.SequenceEqual(actual)) wrong.Add($"{name} {Shown(text)}: {string.Join(' ', expected)} but here {string.Join(' ', actual)}");
    }

    private static string Shown(string text) => JsonValue.Create(text).ToJsonString();
}
