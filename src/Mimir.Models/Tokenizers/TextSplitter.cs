using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// Cuts a text into the matches of a pattern and what lies between them ("Isolated" in tokenizer.json), over whole Unicode characters.
/// </summary>
/// <remarks>
/// .NET's expressions see UTF-16 units, so characters above U+FFFF would count as no letter, digit or symbol. Here each of them is
/// represented, while matching, by a rare character of the same category below U+10000; lengths are then counted in characters.
/// </remarks>
internal sealed class TextSplitter
{
    /// <summary>GPT-2's pattern, the default of the ByteLevel pre-tokenizer. Source: openai/gpt-2, src/encoder.py.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly Regex _pattern;

    /// <exception cref="ArgumentException">Not an expression that .NET understands.</exception>
    public TextSplitter(string pattern) => _pattern = new Regex(pattern, RegexOptions.CultureInvariant, Limit);

    /// <summary>The pieces of <paramref name="text"/> in order; together they are the text.</summary>
    /// <exception cref="RegexMatchTimeoutException">The pattern takes exponential time on this text.</exception>
    public IEnumerable<string> Split(string text)
    {
        var (standIns, starts) = Represent(text);
        var done = 0;
        foreach (Match match in _pattern.Matches(standIns))
        {
            if (match.Length == 0) continue;
            if (match.Index > done) yield return text[starts[done]..starts[match.Index]];
            done = match.Index + match.Length;
            yield return text[starts[match.Index]..starts[done]];
        }
        if (starts[done] < text.Length) yield return text[starts[done]..];
    }

    private static (string StandIns, int[] Starts) Represent(string text)
    {
        var (standIns, starts, position) = (new StringBuilder(text.Length), new List<int>(text.Length + 1), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            standIns.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            starts.Add(position);
            position += rune.Utf16SequenceLength;
        }
        starts.Add(position);
        return (standIns.ToString(), [.. starts]);
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\uA640',
        UnicodeCategory.LowercaseLetter => '\uA641',
        UnicodeCategory.OtherLetter => '\uA000',
        UnicodeCategory.ModifierLetter => '\uA717',
        UnicodeCategory.NonSpacingMark => '\uA802',
        UnicodeCategory.SpacingCombiningMark => '\uA823',
        UnicodeCategory.DecimalDigitNumber => '\uA620',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\uA830',
        UnicodeCategory.OtherPunctuation => '\uA60D',
        UnicodeCategory.DashPunctuation => '\u2E3A',
        UnicodeCategory.MathSymbol => '\u2A00',
        UnicodeCategory.CurrencySymbol => '\uA838',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => '\uA828',
        UnicodeCategory.Format => '\u2060',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\uFFFF',
    };
}
