using System.Text.RegularExpressions;

namespace Mimir.Training.Text;

/// <summary>The King James text as chapters, split into a training and a held-out part by chapter.</summary>
internal sealed partial class KingJamesText
{
    /// <summary>Every twentieth chapter is held out.</summary>
    public const int HeldOutStride = 20;

    private KingJamesText(IReadOnlyList<Chapter> training, IReadOnlyList<Chapter> heldOut) => (Training, HeldOut) = (training, heldOut);

    /// <summary>The chapters to learn from.</summary>
    public IReadOnlyList<Chapter> Training { get; }

    /// <summary>The chapters that only the evaluation sees.</summary>
    public IReadOnlyList<Chapter> HeldOut { get; }

    /// <summary>Reads one verse per line, each behind its reference (<c>Ge1:1 In the beginning …</c>).</summary>
    /// <exception cref="InvalidDataException">A line is not a verse; the message names it.</exception>
    public static KingJamesText Read(string path)
    {
        var chapters = new List<Chapter>();
        var verses = new List<string>();
        string? name = null;
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            Match match = VerseLine().Match(line);
            if (!match.Success)
                throw new InvalidDataException($"{path}:{number}: not a verse: expected 'Ge1:1 text'.");
            if (match.Groups["chapter"].Value != name)
            {
                if (name is not null)
                    chapters.Add(new Chapter(name, verses));
                (name, verses) = (match.Groups["chapter"].Value, []);
            }

            verses.Add(Spaces().Replace(match.Groups["text"].Value.Trim(), " "));
        }

        if (name is null)
            throw new InvalidDataException($"{path}: no verses.");
        chapters.Add(new Chapter(name, verses));
        return new KingJamesText(
            [.. chapters.Where((_, i) => i % HeldOutStride != HeldOutStride - 1)],
            [.. chapters.Where((_, i) => i % HeldOutStride == HeldOutStride - 1)]);
    }

    [GeneratedRegex(@"^(?<chapter>[0-9]?[A-Za-z]+[0-9]+):[0-9]+ (?<text>.+)$")]
    private static partial Regex VerseLine();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
