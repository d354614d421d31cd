using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Mimir.Models.Files;

/// <summary>
/// Typed access to the keys of one JSON object. Every error names the file, the key and the offending value. A key that is absent or
/// null counts as missing.
/// </summary>
/// <param name="json">An object.</param>
/// <param name="source">File, and where in it, for messages.</param>
public sealed class JsonFields(JsonElement json, string source)
{
    /// <summary>File, and where in it, for messages.</summary>
    public string Source { get; } = source;

    /// <summary>The object itself.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>The value of <paramref name="key"/>, or null when missing.</summary>
    public JsonElement? Find(string key)
    {
        try
        {
            return Json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException e)
        {
            throw InvalidKey(e);
        }
    }

    /// <summary>All keys with their values, in the order of the file.</summary>
    public IEnumerable<(string Key, JsonElement Value)> All()
    {
        foreach (var entry in Json.EnumerateObject())
        {
            string key;
            try
            {
                key = entry.Name;
            }
            catch (InvalidOperationException e)
            {
                throw InvalidKey(e);
            }
            yield return (key, entry.Value);
        }
    }

    /// <summary>The value of <paramref name="key"/>, which must be there.</summary>
    public JsonElement Require(string key) => Find(key) ?? throw Error($"key '{key}' is missing");

    /// <summary>An integer in [<paramref name="least"/>, <paramref name="most"/>], or <paramref name="missing"/>.</summary>
    public int Integer(string key, int least, int most, int? missing = null)
    {
        if (Find(key) is not { } value) return missing ?? throw Error($"key '{key}' is missing");
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most) return number;
        throw Error(key, value, $"an integer from {least} to {most}");
    }

    /// <summary>A finite number in [<paramref name="least"/>, <paramref name="most"/>], or <paramref name="missing"/>.</summary>
    public double Number(string key, double least, double most, double? missing = null)
    {
        if (Find(key) is not { } value) return missing ?? throw Error($"key '{key}' is missing");
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most) return number;
        throw Error(key, value, $"a number from {least} to {most}");
    }

    /// <summary>true or false, or <paramref name="missing"/>.</summary>
    public bool Flag(string key, bool missing) => Find(key) switch
    {
        null => missing,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Error(key, value, "true or false"),
    };

    /// <summary>A string, or <paramref name="missing"/>, which may be null.</summary>
    public string? Text(string key, string? missing = null) => Find(key) is { } value ? TextOf(value, key) : missing;

    /// <summary>The object under <paramref name="key"/>, or null when missing.</summary>
    public JsonFields? Object(string key)
    {
        if (Find(key) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Object) throw Error(key, value, "an object");
        return new JsonFields(value, $"{Source}: {key}");
    }

    /// <summary>The elements of the array under <paramref name="key"/>; none when missing.</summary>
    public IEnumerable<JsonElement> Array(string key)
    {
        if (Find(key) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Error(key, value, "an array");
        return value.EnumerateArray();
    }

    /// <summary><paramref name="value"/>, found under <paramref name="key"/>, as valid Unicode text.</summary>
    public string TextOf(JsonElement value, string key)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFormatException(Source, $"key '{key}' holds text that is not valid Unicode", e);
        }
        throw Error(key, value, "text");
    }

    /// <summary>The error for a value that Mimir does not support or that makes no sense.</summary>
    public ModelFormatException Error(string key, JsonElement value, string expected) =>
        Error($"key '{key}' is {Shown(value)}, but Mimir needs {expected}");

    /// <summary>An error about this object.</summary>
    public ModelFormatException Error(string problem) => new(Source, problem);

    /// <summary>The start of a value as it is written, for errors. It may be no valid Unicode: the JSON reader does not look into texts.</summary>
    internal static string Shown(JsonElement value)
    {
        const int Most = 80, LongestCharacter = 4;
        var written = JsonMarshal.GetRawUtf8Value(value);
        return Printable.OneLine(Encoding.UTF8.GetString(written[..Math.Min(written.Length, LongestCharacter * (Most + 1))]), Most);
    }

    private ModelFormatException InvalidKey(Exception e) => new(Source, "a key is not valid Unicode; download the file again", e);
}
