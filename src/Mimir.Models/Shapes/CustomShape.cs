using System.Globalization;
using Mimir.Models.Files;
using Mimir.Models.Transformers;

namespace Mimir.Models.Shapes;

/// <summary>
/// A GPT-2 shape of any size, written out: <c>gpt2:layers=4,hidden=128,inner=512,heads=4,vocabulary=1024,positions=1024</c>. What is left out
/// is GPT-2 small's, and inner is four times hidden.
/// </summary>
public static class CustomShape
{
    /// <summary>How such a name begins.</summary>
    public const string Prefix = "gpt2:";

    private static readonly string[] Keys = ["layers", "hidden", "inner", "heads", "vocabulary", "positions"];

    /// <summary>The shape that <paramref name="name"/> describes.</summary>
    /// <exception cref="ArgumentException">A key is unknown, a number is not one, or the heads do not divide the width; says which.</exception>
    public static ModelConfig Parse(string name)
    {
        var values = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in name[Prefix.Length..].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, text) = part.Split('=') is [var k, var t] ? (k, t) : (part, "");
            if (!Keys.Contains(key)) throw new ArgumentException($"shape '{Printable.OneLine(name, 80)}': no '{Printable.OneLine(key, 20)}'; known: {string.Join(", ", Keys)}");
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < 1 or > 1 << 24)
                throw new ArgumentException($"shape '{Printable.OneLine(name, 80)}': {key} must be a number from 1 to {1 << 24}");
            values[key] = value;
        }
        var small = ModelShapes.Find("gpt2-small");
        var hidden = values.GetValueOrDefault("hidden", small.HiddenSize);
        var heads = values.GetValueOrDefault("heads", Math.Max(1, hidden / small.HeadSize));
        if (hidden % heads != 0) throw new ArgumentException($"shape '{Printable.OneLine(name, 80)}': {heads} heads do not divide a width of {hidden}");
        return small with
        {
            Layers = values.GetValueOrDefault("layers", small.Layers),
            HiddenSize = hidden,
            IntermediateSize = values.GetValueOrDefault("inner", 4 * hidden),
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / heads,
            VocabularySize = values.GetValueOrDefault("vocabulary", small.VocabularySize),
            MaxPositions = values.GetValueOrDefault("positions", small.MaxPositions),
            BosTokenId = 0,
            EosTokenIds = [],
        };
    }
}
