using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Mimir.Models.Tests.Oracles;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Tokenizers;

namespace Mimir.Models.Tests.Tokenizers;

/// <summary>Normal forms and lower case are those of node (ICU), for every character and for random sequences of those that combine.</summary>
public class UnicodeNormalizationTests
{
    // Unicode 16 and later: the table is of 15, which is what models were made with at the latest.
    private static readonly (int First, int Last)[] Newer =
        [(0x897, 0x897), (0x1ACF, 0x1AFF), (0x1C89, 0x1C8A), (0xA7CB, 0xA7DC), (0x105C0, 0x105FF), (0x10D40, 0x10D8F), (0x10EC2, 0x10EFC), (0x11380, 0x113FF), (0x116D0, 0x116E3), (0x11B60, 0x11B6F), (0x11BC0, 0x11BFF), (0x11DB0, 0x11DEF), (0x11F5A, 0x11F5A), (0x16100, 0x1613F), (0x16D40, 0x16D7F), (0x1CC00, 0x1CEBF), (0x1E5D0, 0x1E5FF), (0x1E6C0, 0x1E6FF)];

    [Fact]
    public void Every_character_and_random_sequences_have_the_forms_of_ICU()
    {
        var characters = Enumerable.Range(0, 0x30000).Where(c => c is < 0xD800 or > 0xDFFF && !Newer.Any(n => c >= n.First && c <= n.Last)).Select(c => new Rune(c))
            .Where(r => Rune.GetUnicodeCategory(r) is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)).ToArray();
        var combining = characters.Where(r => r.Value is (>= 0xC0 and < 0x250) or (>= 0x300 and < 0x346) or (>= 0x1100 and < 0x1200) or (>= 0x1E00 and < 0x2000) or (>= 0xAC00 and < 0xAC40)
            || Rune.GetUnicodeCategory(r) == UnicodeCategory.NonSpacingMark).ToArray();
        var random = new Random(3);
        var texts = characters.Chunk(500).Select(chunk => string.Join("x", chunk))
            .Concat(Enumerable.Range(0, 3000).Select(_ => string.Concat(Enumerable.Range(0, 8).Select(_ => combining[random.Next(combining.Length)])))).Concat(Texts.Nasty).ToList();
        var answers = NodeOracle.Ask("normalization.mjs", texts.Select(t => (JsonNode)JsonValue.Create(t)));
        var forms = new[] { "NFC", "NFD", "NFKC", "NFKD", "Lowercase" };
        var tokenizers = forms.Select(form => TokenizerFixtures.Open(TokenizerFixtures.Gpt2().Replace("\"normalizer\":null", $"\"normalizer\":{{\"type\":\"{form}\"}}", StringComparison.Ordinal))).ToArray();
        var wrong = new List<string>();
        foreach (var (text, answer) in texts.Zip(answers))
            for (var form = 0; form < forms.Length; form++)
            {
                var (actual, expected) = (tokenizers[form].Decode(tokenizers[form].Encode(text)), answer[form]!.GetValue<string>());
                if (actual == expected) continue;
                var at = Enumerable.Range(0, Math.Min(actual.Length, expected.Length)).First(i => actual[i] != expected[i]);
                wrong.Add($"{forms[form]}: {Shown(expected, at)} but here {Shown(actual, at)}");
            }
        Assert.True(wrong.Count == 0, $"{wrong.Count}\n" + string.Join('\n', wrong.Take(20)));
    }

    private static string Shown(string text, int at) => string.Join(' ', text.Skip(Math.Max(0, at - 3)).Take(6).Select(c => ((int)c).ToString("X4", CultureInfo.InvariantCulture)));
}
