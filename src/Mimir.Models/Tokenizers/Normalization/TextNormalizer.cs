using System.Globalization;
using System.Text;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers.Normalization;

/// <summary>
/// The "normalizer" of a tokenizer.json: NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, StripAccents, Precompiled, sequences of
/// them, or none.
/// </summary>
internal static class TextNormalizer
{
    private const int MaxText = 1 << 24;

    /// <summary>The function that a normalizer describes; null for none.</summary>
    /// <exception cref="ModelFormatException">A kind that Mimir does not reproduce exactly; names it.</exception>
    public static Func<string, string>? Read(JsonFields? json)
    {
        var steps = JsonStep.Flatten(json, "normalizers").ConvertAll(Step);
        return steps.Count == 0 ? null : text => steps.Aggregate(text, (current, step) => Bounded(json!, step(current)));
    }

    /// <summary>SentencePiece's white space: none at the ends, one in place of several.</summary>
    public static string CollapseSpaces(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
            if (c != ' ' || (result.Length > 0 && result[^1] != ' ')) result.Append(c);
        return result.ToString().TrimEnd(' ');
    }

    private static Func<string, string> Step(JsonFields json)
    {
        switch (json.Text("type"))
        {
            case "NFC": return text => UnicodeNormalization.Normalize(text, compatibility: false, compose: true);
            case "NFD": return text => UnicodeNormalization.Normalize(text, compatibility: false, compose: false);
            case "NFKC": return text => UnicodeNormalization.Normalize(text, compatibility: true, compose: true);
            case "NFKD": return text => UnicodeNormalization.Normalize(text, compatibility: true, compose: false);
            case "Lowercase": return Lowercase.Of;
            case "StripAccents": return StripAccents;
            case "Replace": return new TextReplacement(json).Apply;
            case "Precompiled": return Map(json).Apply;
            case "Prepend":
                var prefix = TextReplacement.Inserted(json, "prepend");
                return text => text.Length == 0 ? text : prefix + text;
            case "Strip":
                var (left, right) = (json.Flag("strip_left", true), json.Flag("strip_right", true));
                return text => right ? left ? text.Trim() : text.TrimEnd() : left ? text.TrimStart() : text;
            default:
                throw json.Error("type", json.Require("type"),
                    "a normalizer of type Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, StripAccents or Precompiled");
        }
    }

    private static CharacterMap Map(JsonFields json)
    {
        try
        {
            return new CharacterMap(Convert.FromBase64String(json.Text("precompiled_charsmap") ?? throw json.Error("key 'precompiled_charsmap' is missing")));
        }
        catch (FormatException e)
        {
            throw new ModelFormatException(json.Source, "its precompiled_charsmap is damaged; download the file again", e);
        }
    }

    private static string StripAccents(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))
                result.Append(rune.ToString());
        return result.ToString();
    }

    private static string Bounded(JsonFields json, string text) =>
        text.Length <= MaxText ? text : throw json.Error($"the text has more than {MaxText} characters after normalising");
}
