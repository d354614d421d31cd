using System.Globalization;
using System.Text.Json;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>Typed fields of a JSON object of Intel's; a missing field or another type is a refusal that names the field.</summary>
internal static class JsonField
{
    private const int MostItems = 1024;

    /// <summary>A string.</summary>
    public static string Text(this JsonElement parent, string name) =>
        Field(parent, name, JsonValueKind.String).GetString() ?? throw Wrong(name);

    /// <summary>A whole number from 0 to <paramref name="largest"/>.</summary>
    public static int Number(this JsonElement parent, string name, int largest) =>
        Field(parent, name, JsonValueKind.Number).TryGetInt32(out var value) && value >= 0 && value <= largest ? value : throw Wrong(name);

    /// <summary><paramref name="length"/> bytes in hexadecimal.</summary>
    public static byte[] Hex(this JsonElement parent, string name, int length)
    {
        var text = parent.Text(name);
        return text.Length == 2 * length && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : throw Wrong(name);
    }

    /// <summary>An instant as Intel writes it: 2025-06-19T10:16:03Z.</summary>
    public static DateTimeOffset Instant(this JsonElement parent, string name) => DateTimeOffset.TryParseExact(
        parent.Text(name), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
        ? instant
        : throw Wrong(name);

    /// <summary>An object.</summary>
    public static JsonElement Object(this JsonElement parent, string name) => Field(parent, name, JsonValueKind.Object);

    /// <summary>A list of objects.</summary>
    public static IEnumerable<JsonElement> Objects(this JsonElement parent, string name)
    {
        var list = Field(parent, name, JsonValueKind.Array);
        if (list.GetArrayLength() > MostItems) throw Wrong(name);
        return list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? item : throw Wrong(name));
    }

    /// <summary>A list of strings; empty when the field is absent.</summary>
    public static IReadOnlyList<string> OptionalTexts(this JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var list)) return [];
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostItems) throw Wrong(name);
        return [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name))];
    }

    /// <summary>The status in the field tcbStatus.</summary>
    public static TcbStatus Status(this JsonElement parent) =>
        TcbStatuses.TryParse(parent.Text("tcbStatus"), out var status) ? status : throw Wrong("tcbStatus");

    private static JsonElement Field(JsonElement parent, string name, JsonValueKind kind) =>
        parent.TryGetProperty(name, out var field) && field.ValueKind == kind ? field : throw Wrong(name);

    private static RefusedException Wrong(string name) => TdxCollateral.Malformed($"{name} in the collateral is missing or not what it should be.");
}
