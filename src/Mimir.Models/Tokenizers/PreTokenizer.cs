using System.Text;
using System.Text.RegularExpressions;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>Cuts a piece of text into words that are merged separately; <c>first</c> says that it begins the whole text.</summary>
internal delegate IEnumerable<string> PreTokenizerStep(string piece, bool first);

/// <summary>
/// The "pre_tokenizer" of a tokenizer.json: ByteLevel, Split (isolated), Digits, Metaspace, sequences of them, or none.
/// </summary>
internal sealed class PreTokenizer
{
    private readonly List<PreTokenizerStep> _steps = [];

    /// <exception cref="ModelFormatException">A kind that Mimir does not reproduce exactly; names it.</exception>
    public PreTokenizer(JsonFields? json)
    {
        if (json is not null) Add(json);
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
            case "Sequence":
                foreach (var step in json.Array("pretokenizers")) Add(TextNormalizer.Step(json, step));
                return;
            case "ByteLevel":
                AddByteLevel(json);
                return;
            case "Split":
                if (json.Text("behavior", "Isolated") != "Isolated") throw json.Error("behavior", json.Require("behavior"), "Isolated");
                if (json.Flag("invert", false)) throw json.Error("invert", json.Require("invert"), "false");
                AddPattern(json, Pattern(json));
                return;
            case "Digits":
                AddPattern(json, json.Flag("individual_digits", false) ? @"\p{N}" : @"\p{N}+");
                return;
            case "Metaspace":
                _steps.Add(Metaspace.Read(json).Split);
                return;
            default:
                throw json.Error("type", json.Require("type"), "a pre_tokenizer of type Sequence, ByteLevel, Split, Digits or Metaspace");
        }
    }

    private void AddByteLevel(JsonFields json)
    {
        if (IsByteLevel) throw json.Error("ByteLevel occurs twice in pre_tokenizer");
        IsByteLevel = true;
        if (json.Flag("add_prefix_space", true)) _steps.Add((piece, _) => [piece.StartsWith(' ') ? piece : " " + piece]);
        if (json.Flag("use_regex", true)) AddPattern(json, TextSplitter.Gpt2Pattern);
        _steps.Add((piece, _) => [string.Concat(Encoding.UTF8.GetBytes(piece).Select(ByteAlphabet.CharacterOf))]);
    }

    private void AddPattern(JsonFields json, string pattern)
    {
        try
        {
            var splitter = new TextSplitter(pattern);
            _steps.Add((piece, _) => splitter.Split(piece));
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException(json.Source, $"the pattern '{Printable.OneLine(pattern, 80)}' is not one that Mimir understands", e);
        }
    }

    private static string Pattern(JsonFields json)
    {
        var pattern = json.Object("pattern") ?? throw json.Error("key 'pattern' is missing");
        return pattern.Text("Regex") ?? Regex.Escape(pattern.Text("String") ?? throw json.Error("pattern", pattern.Json, "a Regex or a String"));
    }
}
