using System.Text.Json;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates;

/// <summary>A conversation as the variables of a template.</summary>
internal static class Conversation
{
    // Templates spell control tokens with roles ("<|user|>"), so known roles count as the template's own words and no others do.
    private static readonly HashSet<string> KnownRoles = ["system", "developer", "user", "assistant", "tool", "function", "ipython", "model"];

    /// <summary>messages, tools, add_generation_prompt, the special tokens, and the caller's own.</summary>
    /// <exception cref="ChatTemplateException">Arguments or tools that are not JSON as they must be; a variable that replaces another.</exception>
    public static IEnumerable<(string Name, object Value)> Variables(
        IReadOnlyList<ChatMessage> messages, ChatTemplateOptions options, IReadOnlyDictionary<string, string> specialTokens, Budget budget)
    {
        var variables = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["messages"] = new ListValue([.. messages.Select(m => (object)Message(m, budget))]),
            ["add_generation_prompt"] = options.AddGenerationPrompt,
            ["tools"] = Tools(options.Tools, budget),
            ["documents"] = None.Value,
        };
        foreach (var (name, token) in specialTokens) variables[name] = MarkedText.Own(token);
        foreach (var (name, value) in options.Variables)
            if (!variables.TryAdd(name, Json.Read(value, budget)))
                throw new ChatTemplateException($"the variable '{Printable.OneLine(name, 40)}' is the template's own and cannot be given");
        return variables.Select(v => (v.Key, v.Value));
    }

    private static MapValue Message(ChatMessage message, Budget budget)
    {
        var fields = new List<(MarkedText, object)> { (MarkedText.Own("role"), Role(message.Role)) };
        void Add(string name, object value) => fields.Add((MarkedText.Own(name), value));
        Add("content", message.Parts is { } parts ? new ListValue([.. parts.Select(Part)]) : message.Content is { } content ? MarkedText.Strange(content) : None.Value);
        if (message.Name is { } name) Add("name", MarkedText.Strange(name));
        if (message.ToolCallId is { } id) Add("tool_call_id", MarkedText.Strange(id));
        if (message.Reasoning is { } reasoning) Add("reasoning_content", MarkedText.Strange(reasoning));
        if (message.ToolCalls is { Count: > 0 } calls) Add("tool_calls", new ListValue([.. calls.Select(c => (object)ToolCall(c, budget))]));
        return new MapValue(fields);
    }

    private static MarkedText Role(string role) => KnownRoles.Contains(role) ? MarkedText.Own(role) : MarkedText.Strange(role);

    private static object Part(string text) => new MapValue([(MarkedText.Own("type"), MarkedText.Own("text")), (MarkedText.Own("text"), MarkedText.Strange(text))]);

    private static MapValue ToolCall(ChatToolCall call, Budget budget)
    {
        var function = new MapValue([(MarkedText.Own("name"), MarkedText.Strange(call.Name)), (MarkedText.Own("arguments"), Arguments(call.Arguments, budget))]);
        List<(MarkedText, object)> fields = call.Id is { } id ? [(MarkedText.Own("id"), MarkedText.Strange(id))] : [];
        return new MapValue([.. fields, (MarkedText.Own("type"), MarkedText.Own("function")), (MarkedText.Own("function"), function)]);
    }

    private static object Arguments(string json, Budget budget)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return Json.Read(document.RootElement, budget);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ChatTemplateException("the arguments of a tool call are not valid JSON", inner: e);
        }
        throw new ChatTemplateException("the arguments of a tool call are not a JSON object");
    }

    private static object Tools(JsonElement tools, Budget budget) => tools.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => None.Value,
        JsonValueKind.Array => tools.GetArrayLength() == 0 ? None.Value : Json.Read(tools, budget),
        _ => throw new ChatTemplateException("the tools are not a JSON array"),
    };
}
