using System.Text.Json.Nodes;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.Tokenizers;

/// <summary>tokenizer.model files of both types, with character maps and user-defined pieces.</summary>
public class SentencePieceModelTests
{
    private static readonly (string, float, int)[] Pieces =
    [
        ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("\u2581", -3, 1), ("a", -4, 1), ("b", -4, 1), ("ab", -5, 1), ("\u2581a", -4.5f, 1), ("bab", -6, 1), ("\u2581abab", -30, 1), ("c", -9, 1), ("fi", -7, 1), ("<tab>", 0, 4), ("i", -8, 1), ("f", -8, 1),
    ];

    [Theory]
    // Sums of scores, by hand: "▁abab" is "▁" "ab" "ab" (−13) or "▁a" "bab" (−10.5); "▁ba" is "▁" "b" "a".
    [InlineData(1, "abab", new[] { 1, 7, 8 })]
    [InlineData(1, "ba", new[] { 1, 3, 5, 4 })]
    [InlineData(1, "a\u00e9\u00e9b", new[] { 1, 7, 0, 5 })]
    [InlineData(1, " a   b ", new[] { 1, 7, 3, 5 })]
    [InlineData(1, "\ufb01", new[] { 1, 3, 11 })]
    [InlineData(1, "a<tab>a</s>a", new[] { 1, 7, 12, 4, 2, 7 })]
    // Merges by score: "▁a" (−4.5) before "ab" (−5), then "ab", then "bab" (−6) has no "b" left.
    [InlineData(2, "abab", new[] { 1, 7, 8 })]
    [InlineData(2, "bab", new[] { 1, 3, 8 })]
    [InlineData(2, "a\u00e9\u00e9b", new[] { 1, 7, 0, 5 })]
    public void Both_types_give_the_tokens_of_their_definition(int type, string text, int[] ids)
    {
        var model = SentencePieceWriter.Model(Pieces, type, byteFallback: false, dummyPrefix: true, removeExtraSpaces: true, SentencePieceWriter.Map(("\ufb01", "fi")));
        Assert.Equal(ids, Open(model).Encode(text));
    }

    [Fact]
    public void Without_a_dummy_prefix_spaces_are_kept_as_they_are()
    {
        var tokenizer = Open(SentencePieceWriter.Model(Pieces, 2, byteFallback: false, dummyPrefix: false, removeExtraSpaces: false));
        Assert.Equal([1, 4, 3, 3, 5], tokenizer.Encode("a  b"));
        Assert.Equal(" a  b", tokenizer.Decode(tokenizer.Encode(" a  b")));
    }

    [Theory]
    [InlineData("a\tb", "a b")]
    [InlineData("\uff21\uff21", "AA")]
    [InlineData("xyxyz", "12")]
    [InlineData("xyz\U0001F600xyx", "2\U0001F6001x")]
    [InlineData("e\u0301e", "\u00e9e")]
    [InlineData("\u200b", "")]
    public void Character_maps_replace_the_longest_entry(string text, string expected)
    {
        var map = Convert.ToBase64String(SentencePieceWriter.Map(("\t", " "), ("\uff21", "A"), ("xy", "1"), ("xyz", "2"), ("e\u0301", "\u00e9"), ("\u200b", "")));
        var tokenizer = TokenizerFixtures.Open(TokenizerFixtures.Gpt2().Replace("\"normalizer\":null", $"\"normalizer\":{{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"{map}\"}}", StringComparison.Ordinal));
        Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Damaged_files_are_refused()
    {
        var valid = SentencePieceWriter.Model(Pieces, 1, byteFallback: false, dummyPrefix: true, removeExtraSpaces: true, SentencePieceWriter.Map(("a", "b")));
        Assert.Contains("type 3", Refused(SentencePieceWriter.Model(Pieces, 3, false, true, true)));
        Assert.Contains("<0x00>", Refused(SentencePieceWriter.Model(Pieces, 2, byteFallback: true, true, true)));
        Assert.Contains("unknown piece", Refused(SentencePieceWriter.Model(Pieces.Skip(1), 2, false, true, true)));
        Assert.Contains("twice", Refused(SentencePieceWriter.Model([.. Pieces, ("a", 0, 1)], 2, false, true, true)));
        Assert.Contains("precompiled_charsmap", Refused(SentencePieceWriter.Model(Pieces, 1, false, true, true, [1, 2, 3])));
        Assert.Contains("no pieces", Refused([]));
        Assert.Contains("download it again", Refused(valid[..^1]));
    }

    [Fact]
    public void A_million_characters_without_a_space_take_no_square_of_the_time()
    {
        foreach (var type in (int[])[1, 2])
        {
            var tokenizer = Open(SentencePieceWriter.Model(Pieces, type, byteFallback: false, dummyPrefix: true, removeExtraSpaces: true));
            Assert.InRange(tokenizer.Encode(string.Concat(Enumerable.Repeat("ab", 500_000))).Count, 300_000, 600_000);
        }
    }

    private static string Refused(byte[] model) => Assert.Throws<ModelFormatException>(() => Open(model)).Message;

    private static ITokenizer Open(byte[] model)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("tokenizer.model", model);
        return TokenizerFiles.Open(directory.Path);
    }
}
