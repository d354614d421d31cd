using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers.Splitting;

/// <summary>SentencePiece's treatment of spaces in a tokenizer.json: a visible character for each space, and one before the text.</summary>
/// <param name="Replacement">Stands for a space, usually U+2581.</param>
/// <param name="Prepend">"always", "first" or "never".</param>
/// <param name="Cut">Cut before every replacement character.</param>
internal sealed record Metaspace(string Replacement, string Prepend, bool Cut)
{
    /// <summary>Reads either generation of the keys.</summary>
    public static Metaspace Read(JsonFields json)
    {
        var replacement = json.Text("replacement", "\u2581")!;
        if (replacement.Length != 1) throw json.Error("replacement", json.Require("replacement"), "one character");
        var scheme = json.Text("prepend_scheme", json.Flag("add_prefix_space", true) ? "always" : "never")!;
        if (scheme is not ("always" or "first" or "never")) throw json.Error("prepend_scheme", json.Require("prepend_scheme"), "always, first or never");
        return new Metaspace(replacement, scheme, json.Flag("split", true));
    }

    /// <summary>The words of <paramref name="piece"/>.</summary>
    public IEnumerable<string> Split(string piece, bool first)
    {
        var text = piece.Replace(" ", Replacement, StringComparison.Ordinal);
        if ((Prepend == "always" || (Prepend == "first" && first)) && !text.StartsWith(Replacement, StringComparison.Ordinal)) text = Replacement + text;
        if (!Cut) return [text];
        var words = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var next = text.IndexOf(Replacement[0], start + 1);
            words.Add(text[start..(next < 0 ? text.Length : next)]);
            start = next < 0 ? text.Length : next;
        }
        return words;
    }
}
