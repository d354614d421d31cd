using System.Text.Json;
using Mimir.Client.Text;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>The prompt of a completion: a text, or tokens. One prompt a request.</summary>
internal static class PromptFields
{
    private const int MostTokens = 1 << 20;

    /// <summary>The tokens of the field "prompt".</summary>
    /// <exception cref="ApiException">It is missing, of another type, or holds what is no token.</exception>
    public static IReadOnlyList<int> Read(RequestFields fields, TextModel model)
    {
        var prompt = fields.Find("prompt") ?? throw fields.Missing("prompt");
        if (prompt.ValueKind == JsonValueKind.String) return Encode(model, RequestFields.TextOf(prompt, "prompt"));
        var list = fields.List("prompt", MostTokens)!;
        return list switch
        {
            [] => throw Empty(),
            [({ ValueKind: JsonValueKind.String } only, var path)] => Encode(model, RequestFields.TextOf(only, path)),
            [({ ValueKind: JsonValueKind.Array }, _)] => Tokens(Nested(list[0].Item), model),
            [({ ValueKind: JsonValueKind.Number }, _), ..] => Tokens(list, model),
            _ => throw ApiException.Field("prompt", "prompt: one text, or one list of tokens, is expected; several prompts need several requests", "unsupported_value"),
        };
    }

    private static IReadOnlyList<int> Encode(TextModel model, string text) => text.Length == 0 ? throw Empty() : PromptText.Encode(model.Tokenizer, text, first: true);

    private static IReadOnlyList<(JsonElement Item, string Path)> Nested(JsonElement list) => list.GetArrayLength() is > 0 and <= MostTokens
        ? [.. list.EnumerateArray().Select((item, i) => (item, $"prompt[0][{i}]"))]
        : throw Empty();

    private static int[] Tokens(IReadOnlyList<(JsonElement Item, string Path)> list, TextModel model) => [.. list.Select(entry =>
        entry.Item.ValueKind == JsonValueKind.Number && entry.Item.TryGetInt32(out var token) && token >= 0 && token < model.Config.VocabularySize
            ? token
            : throw ApiException.Field(entry.Path, $"{entry.Path}: a token of the model is expected, 0..{model.Config.VocabularySize - 1}"))];

    private static ApiException Empty() => ApiException.Field("prompt", "prompt: at least one token of text is needed");
}
