using Mimir.Models.Files;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.Tokenizers;

public class Stories260KTokenizerTests
{
    private static readonly string[] SpecialTexts = ["a</s>b", "<s>", "<s><s> x </s>", "one <s> two", "</s></s>"];

    [Fact]
    public void Prompts_and_texts_have_the_expected_ids()
    {
        foreach (var tokenizer in Both())
            foreach (var expected in SharedData.Expected())
            {
                Assert.Equal(expected.PromptIds, tokenizer.Encode(expected.Prompt));
                Assert.Equal(expected.Text, tokenizer.Decode([.. expected.PromptIds, .. expected.GreedyIds]));
                Assert.Equal(expected.Text, tokenizer.Decode(tokenizer.Encode(expected.Text)));
            }
    }

    [Fact]
    public void Both_files_give_the_same_ids_and_texts()
    {
        var (json, model) = (Both()[0], Both()[1]);
        Assert.NotEqual(json.GetType(), model.GetType());
        foreach (var text in Texts.Awkward.Concat(Texts.Random(1, 500)).Concat(SpecialTexts).Concat(SharedData.Expected().Select(e => e.Text)))
        {
            var ids = json.Encode(text);
            Assert.Equal(ids, model.Encode(text));
            Assert.Equal(json.Decode(ids), model.Decode(ids));
        }
    }

    [Fact]
    public void Decoding_what_was_encoded_gives_the_text()
    {
        foreach (var tokenizer in Both())
            foreach (var text in Texts.Awkward.Concat(Texts.Random(2, 500)))
                Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Special_tokens_in_text_become_tokens_and_are_not_decoded()
    {
        foreach (var tokenizer in Both())
        {
            // Source: Hugging Face's Llama tokenizer writes a space before each piece between special tokens.
            Assert.Equal([1, 261, 2, 268], tokenizer.Encode("a</s>b"));
            Assert.Equal("a b", tokenizer.Decode(tokenizer.Encode("a</s>b")));
        }
    }

    [Fact]
    public void Public_facts()
    {
        foreach (var tokenizer in Both())
        {
            Assert.Equal(512, tokenizer.Count);
            Assert.Equal(1, tokenizer.BosId);
            Assert.Equal([2], tokenizer.EosIds);
            Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([512]));
            Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.BytesOf(-1));
            Assert.Throws<ArgumentException>(() => tokenizer.Encode("half \ud83d pair"));
        }
    }

    [Fact]
    public void Stream_gives_only_complete_characters_and_in_the_end_the_whole_text()
    {
        foreach (var tokenizer in Both())
            foreach (var text in Texts.Awkward.Concat(Texts.Random(3, 200)))
            {
                var stream = new TokenStreamDecoder(tokenizer, continuesText: false);
                var pieces = tokenizer.Encode(text).Select(stream.Append).ToList();
                Assert.DoesNotContain(pieces, p => p.Contains('\ufffd'));
                Assert.Equal(text, string.Concat(pieces) + stream.Flush());
            }
    }

    [Fact]
    public void Stream_after_a_prompt_keeps_the_first_space_and_flush_shows_a_broken_character()
    {
        foreach (var tokenizer in Both())
        {
            var stream = new TokenStreamDecoder(tokenizer);
            Assert.Equal(" the", stream.Append(265));
            var emoji = tokenizer.Encode("\U0001F600").Where(id => id is >= 3 and < 259).ToArray();
            Assert.Equal(4, emoji.Length);
            Assert.Equal(["", "", ""], emoji[..3].Select(stream.Append));
            Assert.Equal("\ufffd", stream.Flush());
        }
    }

    private static ITokenizer[] Both()
    {
        var directory = SharedData.Stories260K();
        using var modelOnly = new TemporaryDirectory();
        foreach (var name in (string[])["tokenizer.model", "tokenizer_config.json", "config.json"])
            File.Copy(Path.Combine(directory, name), Path.Combine(modelOnly.Path, name));
        return [ModelDirectory.OpenTokenizer(directory), ModelDirectory.OpenTokenizer(modelOnly.Path)];
    }
}
