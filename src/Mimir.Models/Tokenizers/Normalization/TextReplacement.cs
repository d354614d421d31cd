using System.Text;
using System.Text.RegularExpressions;
using Mimir.Models.Files;
using Mimir.Models.Tokenizers.Splitting;

namespace Mimir.Models.Tokenizers.Normalization;

/// <summary>A "Replace" of a tokenizer.json: every occurrence of a text, or every match of a pattern, becomes another text, taken literally.</summary>
internal sealed class TextReplacement
{
    // A file is not trusted: without bounds, a few steps could turn a short prompt into gigabytes.
    private const int MaxInsert = 16;
    private readonly string? _from;
    private readonly CharacterPattern? _pattern;
    private readonly string _to;

    /// <exception cref="ModelFormatException">No text or pattern to look for, or one that Mimir does not understand.</exception>
    public TextReplacement(JsonFields json)
    {
        var pattern = json.Object("pattern") ?? throw json.Error("key 'pattern' is missing");
        _to = Inserted(json, "content");
        _from = pattern.Text("String");
        if (string.IsNullOrEmpty(_from)) _pattern = CharacterPattern.Read(json, pattern.Text("Regex") ?? throw json.Error("pattern", pattern.Json, "a String that is not empty or a Regex"));
    }

    /// <summary>A text of a few characters that is put in.</summary>
    /// <exception cref="ModelFormatException">It has more.</exception>
    public static string Inserted(JsonFields json, string key)
    {
        var text = json.Text(key, "")!;
        return text.Length <= MaxInsert ? text : throw json.Error(key, json.Require(key), $"at most {MaxInsert} characters");
    }

    /// <summary><paramref name="text"/> after the replacement.</summary>
    /// <exception cref="RegexMatchTimeoutException">The pattern takes exponential time on this text.</exception>
    public string Apply(string text)
    {
        if (_pattern is null) return text.Replace(_from!, _to, StringComparison.Ordinal);
        var (result, done) = (new StringBuilder(text.Length), 0);
        foreach (var match in _pattern.Matches(text))
        {
            result.Append(text, done, match.Start - done).Append(_to);
            done = match.End;
        }
        return result.Append(text, done, text.Length - done).ToString();
    }
}
