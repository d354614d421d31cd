using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers.Splitting;

/// <summary>A regular expression of a tokenizer.json over whole Unicode characters.</summary>
/// <remarks>
/// .NET's expressions see UTF-16 units, so characters above U+FFFF would count as no letter, digit or symbol. Here each of them is
/// represented, while matching, by a rare character of the same category below U+10000; lengths are then counted in characters.
/// </remarks>
internal sealed class CharacterPattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly Regex _pattern;

    /// <exception cref="ArgumentException">Not an expression that Mimir understands.</exception>
    public CharacterPattern(string pattern) => _pattern = new Regex(PatternTranslation.ToDotNet(pattern), RegexOptions.CultureInvariant, Limit);

    /// <summary>The expression of a file.</summary>
    /// <exception cref="ModelFormatException">Not one that Mimir understands.</exception>
    public static CharacterPattern Read(JsonFields json, string pattern)
    {
        try
        {
            return new CharacterPattern(pattern);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException(json.Source, $"the pattern '{Printable.OneLine(pattern, 80)}' is not one that Mimir understands", e);
        }
    }

    /// <summary>Every match, in UTF-16 units of <paramref name="text"/>, in order.</summary>
    /// <exception cref="RegexMatchTimeoutException">The pattern takes exponential time on this text.</exception>
    public IEnumerable<TextSpan> Matches(string text)
    {
        var (standIns, starts) = Represent(text);
        for (var match = _pattern.Match(standIns); match.Success; match = match.NextMatch())
        {
            var start = starts?[match.Index] ?? match.Index;
            var end = starts?[match.Index + match.Length] ?? match.Index + match.Length;
            yield return new TextSpan(start, end - start);
        }
    }

    // Without a surrogate, the text stands for itself, and places need no translation.
    private static (string StandIns, int[]? Starts) Represent(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return (text, null);
        var (standIns, starts, position) = (new StringBuilder(text.Length), new List<int>(text.Length + 1), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            standIns.Append(rune.IsBmp ? (char)rune.Value : StandIn(rune));
            starts.Add(position);
            position += rune.Utf16SequenceLength;
        }
        starts.Add(position);
        return (standIns.ToString(), [.. starts]);
    }

    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
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
        // Squared and circled capitals are alphabetic symbols, which \w matches.
        UnicodeCategory.OtherSymbol => rune.Value is (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189) ? '\u24B6' : '\uA828',
        UnicodeCategory.Format => '\u2060',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\uFFFF',
    };
}
