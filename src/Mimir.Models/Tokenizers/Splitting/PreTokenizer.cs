using System.Text;
using System.Text.RegularExpressions;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers.Splitting;

/// <summary>Cuts a piece of text into words that are encoded separately; <c>first</c> says that it begins the whole text.</summary>
internal delegate IEnumerable<string> PreTokenizerStep(string piece, bool first);

/// <summary>
/// The "pre_tokenizer" of a tokenizer.json: ByteLevel, Split, Digits, Metaspace, Whitespace, WhitespaceSplit, Punctuation, sequences of them,
/// or none.
/// </summary>
internal sealed class PreTokenizer
{
    /// <summary>GPT-2's pattern, the default of ByteLevel. Source: openai/gpt-2, src/encoder.py.</summary>
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    // Unicode's punctuation, and ASCII's, of which Unicode calls some symbols.
    private const string Marks = @"[\p{P}$+<=>^`|~]";

    private readonly List<PreTokenizerStep> _steps = [];

    /// <exception cref="ModelFormatException">A kind that Mimir does not reproduce exactly; names it.</exception>
    public PreTokenizer(JsonFields? json)
    {
        foreach (var step in JsonStep.Flatten(json, "pretokenizers")) Add(step);
    }

    /// <summary>Words are spelt in the byte alphabet.</summary>
    public bool IsByteLevel { get; private set; }

    /// <summary>The words of <paramref name="piece"/> in order.</summary>
    public IEnumerable<string> Split(string piece, bool first)
    {
        IEnumerable<(string Text, bool First)> words = [(piece, first)];
        foreach (var step in _steps)
            words = words.SelectMany(word => step(word.Text, word.First).Select((text, index) => (text, word.First && index == 0)));
        return words.Select(w => w.Text).Where(w => w.Length > 0);
    }

    private void Add(JsonFields json)
    {
        switch (json.Text("type"))
        {
            case "ByteLevel":
                AddByteLevel(json);
                return;
            case "Split":
                AddPattern(Pattern(json), TextSplitting.Behavior(json, SplitBehavior.Isolated), json.Flag("invert", false));
                return;
            case "Digits":
                AddPattern(new CharacterPattern(json.Flag("individual_digits", false) ? @"\p{N}" : @"\p{N}+"), SplitBehavior.Isolated);
                return;
            case "Punctuation":
                AddPattern(new CharacterPattern(Marks), TextSplitting.Behavior(json, SplitBehavior.Isolated));
                return;
            case "Whitespace":
                AddPattern(new CharacterPattern(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true);
                return;
            case "WhitespaceSplit":
                AddPattern(new CharacterPattern(@"\s+"), SplitBehavior.Removed);
                return;
            case "Metaspace":
                _steps.Add(Metaspace.Read(json).Split);
                return;
            default:
                throw json.Error("type", json.Require("type"),
                    "a pre_tokenizer of type Sequence, ByteLevel, Split, Digits, Metaspace, Whitespace, WhitespaceSplit or Punctuation");
        }
    }

    private void AddByteLevel(JsonFields json)
    {
        if (IsByteLevel) throw json.Error("ByteLevel occurs twice in pre_tokenizer");
        IsByteLevel = true;
        if (json.Flag("add_prefix_space", true)) _steps.Add((piece, _) => [piece.StartsWith(' ') ? piece : " " + piece]);
        if (json.Flag("use_regex", true)) AddPattern(new CharacterPattern(Gpt2), SplitBehavior.Isolated);
        _steps.Add((piece, _) => [ByteAlphabet.Spell(Encoding.UTF8.GetBytes(piece))]);
    }

    private void AddPattern(CharacterPattern pattern, SplitBehavior behavior, bool invert = false) =>
        _steps.Add((piece, _) => TextSplitting.Split(piece, pattern.Matches(piece), behavior, invert));

    private static CharacterPattern Pattern(JsonFields json)
    {
        var pattern = json.Object("pattern") ?? throw json.Error("key 'pattern' is missing");
        if (pattern.Text("Regex") is { } regex) return CharacterPattern.Read(json, regex);
        var text = pattern.Text("String");
        if (string.IsNullOrEmpty(text)) throw json.Error("pattern", pattern.Json, "a Regex or a String that is not empty");
        return CharacterPattern.Read(json, string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || !char.IsAscii(c) || char.IsWhiteSpace(c) ? c.ToString() : $"\\{c}")));
    }
}
