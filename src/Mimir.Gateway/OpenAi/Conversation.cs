using System.Text.Json;
using Mimir.Gateway.Errors;
using Mimir.Models.Templates;

namespace Mimir.Gateway.OpenAi;

/// <summary>Reads the messages of a chat.</summary>
internal static class Conversation
{
    private const int MostMessages = 4096;

    /// <summary>All messages, at least one.</summary>
    /// <exception cref="ApiException">One is none that a text model can be given; names it.</exception>
    public static IReadOnlyList<ChatMessage> Read(RequestFields fields)
    {
        var list = fields.List("messages", MostMessages) ?? throw fields.Missing("messages");
        return list.Count > 0 ? [.. list.Select(Message)] : throw ApiException.Field("messages", "messages: at least one is needed");
    }

    private static ChatMessage Message((JsonElement Item, string Path) entry)
    {
        if (entry.Item.ValueKind != JsonValueKind.Object) throw RequestFields.Wrong(entry.Path, "an object", entry.Item);
        var message = new RequestFields(entry.Item, entry.Path + ".");
        var role = message.RequiredText("role") switch
        {
            "system" or "developer" => "system",
            "user" => "user",
            "assistant" => "assistant",
            "tool" or "function" => throw ApiException.Field(message.PathOf("role"), $"{message.PathOf("role")}: tools are not supported", "unsupported_value"),
            _ => throw ApiException.Field(message.PathOf("role"), $"{message.PathOf("role")}: must be system, developer, user or assistant"),
        };
        foreach (var name in message.Names)
        {
            if (name is "role" or "content") continue;
            // What an answer of this gateway brings back when a client sends it again.
            if (role == "assistant" && name is "refusal" or "tool_calls" or "annotations" && message.Find(name) is { ValueKind: JsonValueKind.Array } none && none.GetArrayLength() == 0) continue;
            throw ApiException.Field(message.PathOf(name), $"{message.PathOf(name)}: the field is not supported", "unknown_parameter");
        }
        return new ChatMessage(role, Content(message));
    }

    private static string Content(RequestFields message) => message.Find("content") switch
    {
        null => throw message.Missing("content"),
        { ValueKind: JsonValueKind.String } text => RequestFields.TextOf(text, message.PathOf("content")),
        _ => string.Concat(message.List("content", MostMessages)!.Select(Part)),
    };

    private static string Part((JsonElement Item, string Path) entry)
    {
        if (entry.Item.ValueKind != JsonValueKind.Object) throw RequestFields.Wrong(entry.Path, "an object", entry.Item);
        var part = new RequestFields(entry.Item, entry.Path + ".");
        return part.RequiredText("type") == "text"
            ? part.RequiredText("text")
            : throw ApiException.Field(part.PathOf("type"), $"{part.PathOf("type")}: only text is supported", "unsupported_value");
    }
}
