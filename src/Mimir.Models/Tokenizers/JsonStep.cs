using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>Walks the parts of a tokenizer.json that nest: a sequence has steps, and one of these may be a sequence.</summary>
internal static class JsonStep
{
    private const int MaxSteps = 1000;

    /// <summary><paramref name="json"/> itself, or, for a Sequence, all its steps in order, however nested; none for null.</summary>
    /// <param name="json">A normalizer, pre-tokenizer, post-processor or decoder.</param>
    /// <param name="key">Under which a sequence has its steps.</param>
    /// <exception cref="ModelFormatException">A step is no object.</exception>
    public static List<JsonFields> Flatten(JsonFields? json, string key)
    {
        var steps = new List<JsonFields>();
        // The reader has bounded the depth of the file.
        if (json is not null) Add(json, key, steps);
        return steps;
    }

    /// <summary>One element of an array of objects.</summary>
    /// <exception cref="ModelFormatException">It is no object.</exception>
    public static JsonFields Object(JsonFields parent, JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? new JsonFields(element, parent.Source) : throw parent.Error("a step of a sequence is not an object");

    private static void Add(JsonFields json, string key, List<JsonFields> steps)
    {
        if (json.Text("type") != "Sequence") steps.Add(json);
        else
            foreach (var element in json.Array(key)) Add(Object(json, element), key, steps);
        if (steps.Count > MaxSteps) throw json.Error($"more than {MaxSteps} steps");
    }
}
