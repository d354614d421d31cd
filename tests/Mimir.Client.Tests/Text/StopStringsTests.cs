using CsCheck;
using Mimir.Client.Text;
using Mimir.Models.Tokenizers;

namespace Mimir.Client.Tests.Text;

public sealed class StopStringsTests
{
    private static readonly string[] Parts = ["a", "b", "ab", "ä", "€", "𝄞", "\n"];
    private static readonly Gen<string> Texts = Gen.Int[0, 6].Array[0, 24].Select(parts => string.Concat(parts.Select(i => Parts[i])));

    /// <summary>Whatever pieces a text comes in, what comes out is the text before the string that is complete first.</summary>
    [Fact]
    public void The_result_depends_on_the_text_alone() =>
        Gen.Select(Texts, Texts.Where(t => t.Length > 0).Array[0, 3], Gen.Int[1, 5]).Sample((text, stops, step) =>
        {
            var ends = new StopStrings(stops);
            var shown = "";
            for (var at = 0; at < text.Length; at += step) shown += ends.Append(text.Substring(at, Math.Min(step, text.Length - at)));
            shown += ends.Flush();
            var (expected, found) = Expected(text, stops);
            Assert.Equal((expected, found), (shown, ends.Found));
        }, seed: "0000000000001", iter: 2000, threads: 1);

    /// <summary>A token may hold a part of a character, and a stop string may begin and end within tokens.</summary>
    [Theory]
    [InlineData("one €two", "€t", "one ")]
    [InlineData("a𝄞b", "𝄞", "a")]
    [InlineData("ab€", "b€!", "ab€")]
    public void Characters_of_several_tokens(string text, string stop, string expected)
    {
        var decoder = new TokenStreamDecoder(new BytesAsTokens());
        var ends = new StopStrings([stop]);
        var shown = new List<string>();
        foreach (var token in System.Text.Encoding.UTF8.GetBytes(text)) shown.Add(ends.Append(decoder.Append(token)));
        shown.Add(ends.Append(decoder.Flush()) + ends.Flush());
        Assert.Equal(expected, string.Concat(shown));
        Assert.All(shown, piece => Assert.DoesNotContain('\uFFFD', piece));
    }

    [Fact]
    public void What_may_become_a_stop_string_is_held_back_and_no_more()
    {
        var ends = new StopStrings(["</s>"]);
        Assert.Equal(["ab", "", "<</a"], Pieces(ends, "ab", "<", "</a"));
        Assert.Equal("", ends.Append("<"));
        Assert.Equal("", ends.Append("/s"));
        Assert.False(ends.Found);
        Assert.Equal("", ends.Append(">and more"));
        Assert.True(ends.Found);
        Assert.Equal("", ends.Append("x") + ends.Flush());
    }

    private static string[] Pieces(StopStrings ends, params string[] pieces) => [.. pieces.Select(ends.Append)];

    private static (string, bool) Expected(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var longest = stops.Where(s => text[..end].EndsWith(s, StringComparison.Ordinal)).Select(s => s.Length).DefaultIfEmpty(0).Max();
            if (longest > 0) return (text[..(end - longest)], true);
        }
        return (text, false);
    }

    private sealed class BytesAsTokens : ITokenizer
    {
        public int Count => 256;

        public int? BosId => null;

        public IReadOnlyList<int> EosIds => [];

        public bool StripsFirstSpace => false;

        public IReadOnlyList<int> Encode(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text).Select(b => (int)b)];

        public string Decode(IEnumerable<int> ids) => System.Text.Encoding.UTF8.GetString([.. ids.Select(i => (byte)i)]);

        public ReadOnlyMemory<byte> BytesOf(int id) => new[] { (byte)id };
    }
}
