using System.Text.Json;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>The "post_processor" of a tokenizer.json: the tokens that a single text is given before and after it.</summary>
internal static class TokenTemplate
{
    /// <summary>Ids before and after the text; none for a missing processor or for ByteLevel, which only moves offsets.</summary>
    /// <exception cref="ModelFormatException">A kind that Mimir does not reproduce exactly; names it.</exception>
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(JsonFields? json)
    {
        if (json is null) return ([], []);
        switch (json.Text("type"))
        {
            case "ByteLevel":
                return ([], []);
            case "Sequence":
                var all = json.Array("processors").Select(p => Read(JsonStep.Object(json, p))).ToArray();
                return ([.. all.Reverse().SelectMany(t => t.Prefix)], [.. all.SelectMany(t => t.Suffix)]);
            case "TemplateProcessing":
                return Template(json);
            default:
                throw json.Error("type", json.Require("type"), "a post_processor of type Sequence, ByteLevel or TemplateProcessing");
        }
    }

    private static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Template(JsonFields json)
    {
        var (before, after, texts) = (new List<int>(), new List<int>(), 0);
        foreach (var element in json.Array("single"))
        {
            var part = JsonStep.Object(json, element);
            if (part.Object("SpecialToken") is { } special) (texts == 0 ? before : after).AddRange(Ids(json, special));
            else if (part.Object("Sequence") is not null) texts++;
            else throw json.Error("single", element, "SpecialToken or Sequence");
        }
        return texts == 1 ? (before, after) : throw json.Error($"its template 'single' has {texts} texts instead of one");
    }

    private static List<int> Ids(JsonFields json, JsonFields special)
    {
        var name = special.Text("id") ?? throw special.Error("key 'id' is missing");
        var token = json.Object("special_tokens")?.Object(name) ?? throw json.Error($"special token '{Printable.OneLine(name, 40)}' is not listed under special_tokens");
        var ids = new List<int>();
        foreach (var id in token.Array("ids"))
        {
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out var value) || value is < 0 or >= TokenTable.MaxCount) throw token.Error("ids", id, "token ids");
            ids.Add(value);
        }
        return ids;
    }
}
