using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers.Splitting;

/// <summary>What becomes of the places at which a text is split.</summary>
internal enum SplitBehavior
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a piece of its own.</summary>
    Isolated,

    /// <summary>Each ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Those next to each other are one piece.</summary>
    Contiguous,
}

/// <summary>Cuts a text at its delimiters.</summary>
internal static class TextSplitting
{
    /// <summary>The behaviour that a step names, in either of its spellings.</summary>
    /// <exception cref="ModelFormatException">None of them.</exception>
    public static SplitBehavior Behavior(JsonFields json, SplitBehavior missing) => json.Text("behavior")?.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        null => missing,
        "REMOVED" => SplitBehavior.Removed,
        "ISOLATED" => SplitBehavior.Isolated,
        "MERGEDWITHPREVIOUS" => SplitBehavior.MergedWithPrevious,
        "MERGEDWITHNEXT" => SplitBehavior.MergedWithNext,
        "CONTIGUOUS" => SplitBehavior.Contiguous,
        _ => throw json.Error("behavior", json.Require("behavior"), "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
    };

    /// <summary>
    /// The pieces of <paramref name="text"/>; empty ones are left out. <paramref name="invert"/>: what lies between the delimiters is one instead.
    /// Source: NormalizedString::split in huggingface/tokenizers.
    /// </summary>
    public static List<string> Split(string text, IEnumerable<TextSpan> delimiters, SplitBehavior behavior, bool invert)
    {
        var pieces = new List<TextSpan>();
        // As there, merging looks at whether the part before was a delimiter, which a part that was merged into is not.
        var before = false;
        foreach (var (span, matched) in Parts(text, delimiters))
        {
            var delimiter = matched != invert;
            switch (behavior)
            {
                case SplitBehavior.Removed when delimiter:
                    break;
                case SplitBehavior.Contiguous when pieces.Count > 0 && delimiter == before:
                case SplitBehavior.MergedWithPrevious when delimiter && !before && pieces.Count > 0:
                case SplitBehavior.MergedWithNext when !delimiter && before:
                    pieces[^1] = pieces[^1] with { Length = span.End - pieces[^1].Start };
                    break;
                default:
                    pieces.Add(span);
                    break;
            }
            before = delimiter;
        }
        return pieces.ConvertAll(p => text.Substring(p.Start, p.Length));
    }

    private static IEnumerable<(TextSpan Span, bool Matched)> Parts(string text, IEnumerable<TextSpan> delimiters)
    {
        var done = 0;
        foreach (var delimiter in delimiters)
        {
            if (delimiter.Start > done) yield return (new TextSpan(done, delimiter.Start - done), false);
            if (delimiter.Length > 0) yield return (delimiter, true);
            done = delimiter.End;
        }
        if (done < text.Length) yield return (new TextSpan(done, text.Length - done), false);
    }
}
