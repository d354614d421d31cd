using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>The "normalizer" of a tokenizer.json: Prepend, Replace of a plain string, sequences of them, or none.</summary>
internal static class TextNormalizer
{
    // A file is not trusted: without bounds, a few Replace steps could turn a short prompt into gigabytes.
    private const int MaxInsert = 16, MaxText = 1 << 24;

    /// <summary>The function that a normalizer describes; null describes none.</summary>
    /// <exception cref="ModelFormatException">A kind that Mimir does not reproduce exactly; names it.</exception>
    public static Func<string, string> Read(JsonFields? json)
    {
        switch (json?.Text("type"))
        {
            case null when json is null:
                return text => text;
            case "Sequence":
                var steps = json.Array("normalizers").Select(step => Read(Step(json, step))).ToArray();
                return text => steps.Aggregate(text, (current, step) => Bounded(json, step(current)));
            case "Prepend":
                var prefix = Inserted(json, "prepend");
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace":
                var (from, to) = Replacement(json);
                return text => text.Replace(from, to, StringComparison.Ordinal);
            default:
                throw json.Error("type", json.Require("type"), "a normalizer of type Sequence, Prepend or Replace");
        }
    }

    /// <summary>The plain string that a Replace step looks for and what it puts there.</summary>
    public static (string From, string To) Replacement(JsonFields json)
    {
        var from = json.Object("pattern")?.Text("String");
        if (string.IsNullOrEmpty(from)) throw json.Error("pattern", json.Require("pattern"), "a pattern that is a plain String");
        return (from, Inserted(json, "content"));
    }

    /// <summary>One element of a sequence.</summary>
    public static JsonFields Step(JsonFields sequence, System.Text.Json.JsonElement step) =>
        step.ValueKind == System.Text.Json.JsonValueKind.Object
            ? new JsonFields(step, sequence.Source)
            : throw sequence.Error("a step of a sequence is not an object");

    private static string Inserted(JsonFields json, string key)
    {
        var text = json.Text(key, "")!;
        return text.Length <= MaxInsert ? text : throw json.Error(key, json.Require(key), $"at most {MaxInsert} characters");
    }

    private static string Bounded(JsonFields json, string text) =>
        text.Length <= MaxText ? text : throw json.Error($"the text has more than {MaxText} characters after normalising");
}
