using System.Text.Json.Nodes;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.Tokenizers;

/// <summary>Pre-tokenizers one by one. Words are seen by the tokens of a vocabulary in which every pair merges only within a word.</summary>
public class SplittingTests
{
    [Theory]
    // Source: the documentation of SplitDelimiterBehavior in huggingface/tokenizers, "the-final--countdown" split at "-".
    [InlineData("Removed", false, "the|final|countdown")]
    [InlineData("Isolated", false, "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", false, "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", false, "the|-final|-|-countdown")]
    [InlineData("Contiguous", false, "the|-|final|--|countdown")]
    [InlineData("Removed", true, "-|-|-")]
    [InlineData("Isolated", true, "the|-|final|-|-|countdown")]
    public void Behaviours_of_Split(string behavior, bool invert, string expected)
    {
        var inverted = invert ? "true" : "false";
        foreach (var pattern in (string[])["""{"String":"-"}""", """{"Regex":"-"}"""])
            Assert.Equal(expected, Words($$"""{"type":"Split","pattern":{{pattern}},"behavior":"{{behavior}}","invert":{{inverted}}}""", "the-final--countdown"));
    }

    [Theory]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12\U0001D7CE\u00bd", "a|1|2|\U0001D7CE|\u00bd")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "a12\U0001D7CE\u00bd b3", "a|12\U0001D7CE\u00bd|b|3")]
    [InlineData("""{"type":"Punctuation","behavior":"Isolated"}""", "a.b$\u2019\U0001F600", "a|.|b|$|\u2019|\U0001F600")]
    [InlineData("""{"type":"Whitespace"}""", "a_1 \u0e01\u0e31\u00b2, \U0001D49C!?", "a_1|\u0e01\u0e31|\u00b2,|\U0001D49C|!?")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " a\u3000b\u0085c\n", "a|b|c")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", "a bc", "▁a|▁bc")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""", "a bc", "a|▁bc")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\p{L}++|\\w?+x"},"behavior":"Isolated","invert":false}""", "ab1x\U0001D49C", "ab|1x|\U0001D49C")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"},"behavior":"Isolated","invert":false}""", "\U0001F600\U0001D49C\U0001D7CE\U0001D7CF\U0001D7D0\U0001D7D1", "\U0001F600\U0001D49C|\U0001D7CE\U0001D7CF\U0001D7D0|\U0001D7D1")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"^b|\\h+$"},"behavior":"Isolated","invert":false}""", "a\nbf\nff", "a|\n|b|f|\n|ff")]
    public void Kinds_of_pre_tokenizers(string json, string text, string expected) => Assert.Equal(expected, Words(json, text));

    [Theory]
    [InlineData(@"\\p{Han}+", "Han")]
    [InlineData(@"[a-z&&[^b]]", "&&")]
    [InlineData(@"(?<name>a)", "name")]
    [InlineData(@"(a)\\1", "1")]
    [InlineData(@"\\K", "K")]
    [InlineData("(", "(")]
    public void Patterns_that_mean_something_else_here_are_refused(string pattern, string named)
    {
        var error = Assert.Throws<ModelFormatException>(() => Words($$"""{"type":"Split","pattern":{"Regex":"{{pattern}}"},"behavior":"Isolated","invert":false}""", "a"));
        Assert.Contains(named, error.Message);
        Assert.Contains("not one that Mimir understands", error.Message);
    }

    [Theory]
    [InlineData("see cat", true)]
    [InlineData("cat", true)]
    [InlineData("(cat)", true)]
    [InlineData("concat cats", false)]
    [InlineData("a cat\u0301", false)]
    [InlineData("\U0001D49Ccat", false)]
    public void Single_words_stand_alone(string text, bool alone)
    {
        var json = JsonNode.Parse(TokenizerFixtures.Gpt2("cat"))!;
        var token = json["added_tokens"]![1]!;
        token["single_word"] = true;
        token["special"] = false;
        var id = token["id"]!.GetValue<int>();
        var ids = TokenizerFixtures.Open(json.ToJsonString()).Encode(text);
        Assert.Equal(alone, ids.Contains(id));
    }

    // The words with "|" between them.
    private static string Words(string preTokenizer, string text)
    {
        const char Mark = '\uE000';
        var vocabulary = new JsonArray(new JsonArray("<unk>", 0.0));
        foreach (var character in text.EnumerateRunes().Select(r => r.ToString()).Append("▁").Append(Mark.ToString()).Distinct()) vocabulary.Add(new JsonArray(character, -1.0));
        // The last step marks where each word begins, by its own mark or in place of a space.
        var json = new JsonObject
        {
            ["added_tokens"] = new JsonArray(), ["normalizer"] = null, ["post_processor"] = null, ["decoder"] = JsonNode.Parse("""{"type":"Fuse"}"""),
            ["model"] = new JsonObject { ["type"] = "Unigram", ["unk_id"] = 0, ["vocab"] = vocabulary },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(JsonNode.Parse(preTokenizer), JsonNode.Parse($$"""{"type":"Metaspace","replacement":"{{Mark}}","prepend_scheme":"always","split":false}""")) },
        };
        var tokenizer = TokenizerFixtures.Open(json.ToJsonString());
        return tokenizer.Decode(tokenizer.Encode(text)).TrimStart(Mark).Replace(Mark, '|');
    }
}
