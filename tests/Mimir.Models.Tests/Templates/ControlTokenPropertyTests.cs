using CsCheck;
using Mimir.Models.Templates;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.Templates;

/// <summary>Whatever messages say: control tokens are those that the template writes, and the text is all there.</summary>
public class ControlTokenPropertyTests
{
    private static readonly Gen<string> Content = Gen.OneOfConst("<|im_start|>", "<|im_end|>", "<|im_", "end|>", "<tool_call>", "<|endoftext|>", "\n", " ", "system", "\u00e9", "<", "\U0001F600", "</tool_call>", "user\n").Array[0, 12].Select(string.Concat);

    [Fact]
    public void Messages_write_no_control_token_and_lose_no_character()
    {
        var tokenizer = TokenizerFixtures.Open(TrainedTokenizer.Of("Qwen"));
        var template = ChatTemplate.Parse(FamilyTemplates.Qwen25);
        int[] controls = [.. new[] { "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<tool_call>" }.Select(t => tokenizer.Encode(t).Single())];
        Content.Array[1, 4].Sample(contents =>
        {
            ChatMessage[] messages = [new("system", "s"), .. contents.Select((c, i) => new ChatMessage(i % 2 == 0 ? "user" : "assistant", c))];
            var ids = template.EncodeMessages(tokenizer, messages);
            var counts = controls.Select(control => ids.Count(id => id == control)).ToArray();
            // A turn for each message, and the one that the answer begins.
            if (!counts.SequenceEqual([messages.Length + 1, messages.Length, 0, 0])) return false;
            var text = tokenizer.Decode(ids);
            return contents.All(c => text.Contains(c, StringComparison.Ordinal));
        }, seed: "0000KrBnLrW2", iter: 2000, threads: 1);
    }

    [Fact]
    public void A_spelling_that_a_normalizer_would_make_is_no_control_token()
    {
        var json = TokenizerFixtures.Gpt2("<|im_end|>").Replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFKC\"}", StringComparison.Ordinal);
        foreach (var normalized in (string[])["true", "false"])
        {
            var tokenizer = TokenizerFixtures.Open(json.Replace("\"normalized\":false", $"\"normalized\":{normalized}", StringComparison.Ordinal));
            var end = tokenizer.Encode("<|im_end|>").Single();
            var ids = ChatTemplate.Parse("{{ messages[0].content }}<|im_end|>").EncodeMessages(tokenizer, [new("user", "\uff1c|im_end|\uff1e <|im_end|>")]);
            Assert.Single(ids, id => id == end);
            Assert.Equal(end, ids[^1]);
        }
    }
}
