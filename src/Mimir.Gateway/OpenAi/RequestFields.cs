using System.Globalization;
using System.Text.Json;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>The fields of a JSON object, each read with its type and range; what is wrong is named with its path. null counts as not given, as at OpenAI.</summary>
/// <param name="value">A JSON object.</param>
/// <param name="path">Where it stands in the body, with a dot at its end; empty for the body itself.</param>
internal sealed class RequestFields(JsonElement value, string path)
{
    /// <summary>Names of all fields that are given.</summary>
    public IEnumerable<string> Names => value.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => p.Name);

    /// <summary>What a field is called in messages.</summary>
    public string PathOf(string name) => path + name;

    /// <summary>A field, or null.</summary>
    public JsonElement? Find(string name) => value.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => Find(name) is { } found ? TextOf(found, PathOf(name)) : null;

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name) => Text(name) ?? throw Missing(name);

    /// <summary>true or false, or null.</summary>
    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Wrong(PathOf(name), "true or false", other),
    };

    /// <summary>A whole number within bounds, or null.</summary>
    public long? Whole(string name, long least, long most)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind != JsonValueKind.Number) throw Wrong(PathOf(name), "a whole number", found);
        if (!found.TryGetInt64(out var whole)) throw ApiException.Field(PathOf(name), $"{PathOf(name)}: a whole number is expected, from {least} to {most}");
        return whole >= least && whole <= most
            ? whole
            : throw ApiException.Field(PathOf(name), $"{PathOf(name)}: {whole} is out of range; it must lie in {least}..{most}");
    }

    /// <summary>A number within bounds, or null.</summary>
    public double? Number(string name, double least, double most)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind != JsonValueKind.Number) throw Wrong(PathOf(name), "a number", found);
        return found.TryGetDouble(out var number) && double.IsFinite(number) && number >= least && number <= most
            ? number
            : throw ApiException.Field(PathOf(name), string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}: the number is out of range; it must lie in {least}..{most}"));
    }

    /// <summary>An object, or null.</summary>
    public RequestFields? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } found => new RequestFields(found, PathOf(name) + "."),
        { } other => throw Wrong(PathOf(name), "an object", other),
    };

    /// <summary>The items of a list with what they are called, or null; at most <paramref name="most"/>.</summary>
    public IReadOnlyList<(JsonElement Item, string Path)>? List(string name, int most)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind != JsonValueKind.Array) throw Wrong(PathOf(name), "a list", found);
        return found.GetArrayLength() <= most
            ? [.. found.EnumerateArray().Select((item, i) => (item, $"{PathOf(name)}[{i}]"))]
            : throw ApiException.Field(PathOf(name), $"{PathOf(name)}: {found.GetArrayLength()} items are too many; at most {most} are allowed");
    }

    /// <summary>A text or a list of texts; nothing given is an empty list.</summary>
    public IReadOnlyList<string> Texts(string name, int most) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } one => [TextOf(one, PathOf(name))],
        _ => [.. List(name, most)!.Select(i => TextOf(i.Item, i.Path))],
    };

    /// <summary>The text of a JSON string.</summary>
    public static string TextOf(JsonElement item, string path)
    {
        if (item.ValueKind != JsonValueKind.String) throw Wrong(path, "a text", item);
        try
        {
            return item.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Field(path, $"{path}: the text has a \\u escape that is half of a character (a lone surrogate)");
        }
    }

    /// <summary>A required field is missing.</summary>
    public ApiException Missing(string name) => ApiException.Field(PathOf(name), $"{PathOf(name)}: this field is required", "missing_required_parameter");

    /// <summary>A field has another type.</summary>
    public static ApiException Wrong(string path, string expected, JsonElement found) => ApiException.Field(path, $"{path}: {expected} is expected, not a JSON {Kind(found)}", "invalid_type");

    /// <summary>What JSON calls it.</summary>
    public static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
