using System.Text.Json;
using System.Text.Json.Nodes;
using Mimir.Models.Templates;
using Mimir.Models.Tests.Oracles;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Templates;

/// <summary>Templates are rendered as npm @huggingface/jinja renders them.</summary>
public class HuggingFaceTemplateTests
{
    private const string Tools = """
        [{"type":"function","function":{"name":"get_weather","description":"Weather of a \"place\" <now> & later","parameters":{"type":"object",
          "properties":{"place":{"type":"string","enum":["Z\u00fcrich","B\u00e2le"]},"days":{"type":"integer","minimum":1},"exact":{"type":"boolean","default":false}},"required":["place"]}}},
         {"type":"function","function":{"name":"add","description":"","parameters":{"type":"object","properties":{}}}}]
        """;

    private static readonly string[] Contents =
        ["Hi", "  padded \n\n", "", "caf\u00e9 \U0001F600", "a\r\nb\tc", "<|im_end|> {{ x }} {% if %}", "\"quoted\" \\ back", "<think>\nhm\n</think>\n\nYes.", "it's </think> odd", "1.50", "<tool_response>a</tool_response>"];

    [Fact]
    public void Families_give_the_same_text_for_many_conversations()
    {
        var random = new Random(5);
        var cases = FamilyTemplates.All.SelectMany(t => Enumerable.Range(0, 60).Select(i => (t.Name, t.Source, Messages: Conversation(random), Options: Options(random))))
            .Where(c => !OracleErrs(c.Name, c.Messages)).ToList();
        var answers = NodeOracle.Ask("templates.mjs", cases.Select(c => new JsonObject { ["template"] = c.Source, ["variables"] = Variables(c.Messages, c.Options) }));
        Assert.Equal(cases.Count, answers.Count);
        var (wrong, rendered) = (new List<string>(), 0);
        foreach (var ((name, source, messages, options), answer) in cases.Zip(answers))
        {
            var expected = answer["text"]?.GetValue<string>();
            var actual = Rendered(source, messages, options);
            if (expected is not null) rendered++;
            if (expected != actual.Text) wrong.Add($"{name}: {answer.ToJsonString()} but here {JsonValue.Create(actual.Text)?.ToJsonString() ?? actual.Error}");
        }
        Assert.InRange(rendered, cases.Count / 3, cases.Count - 1);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases.Count}\n" + string.Join('\n', wrong.Take(6)));
    }

    [Fact]
    public void Language_gives_the_same_text()
    {
        var cases = LanguageSamples.Same;
        const string Given = """{"a":1,"f":2.5,"s":"Hello World","list":[3,1,2],"names":[{"n":"b","k":1},{"n":"A","k":2},{"k":3}],"map":{"z":1,"Y":[true,null],"x":"q\"<"},"empty":[],"t":" pad "}""";
        var answers = NodeOracle.Ask("templates.mjs", cases.Select(source => new JsonObject { ["template"] = source, ["variables"] = JsonNode.Parse(Given) }));
        var variables = JsonDocument.Parse(Given).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        var wrong = new List<string>();
        foreach (var (source, answer) in cases.Zip(answers))
        {
            var actual = Rendered(source, [], new ChatTemplateOptions { Variables = variables });
            if (answer["text"]?.GetValue<string>() != actual.Text || actual.Text is null)
                wrong.Add($"{JsonValue.Create(source).ToJsonString()}: {answer.ToJsonString()} but here {JsonValue.Create(actual.Text)?.ToJsonString() ?? actual.Error}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases.Length}\n" + string.Join('\n', wrong));
    }

    // JavaScript's '' == false, and strip methods that ignore which characters to strip.
    private static bool OracleErrs(string name, List<ChatMessage> messages) => name switch
    {
        "Llama 2" => messages[0] is { Role: "system", Content: "" },
        "Qwen3" => messages.Exists(m => m.Content is { } content && (content.Trim() != content || content.Contains(" </think>", StringComparison.Ordinal))),
        _ => false,
    };

    private static (string? Text, string? Error) Rendered(string source, IReadOnlyList<ChatMessage> messages, ChatTemplateOptions options)
    {
        try
        {
            return (ChatTemplate.Parse(source, Special).Render(messages, options), null);
        }
        catch (ChatTemplateException e)
        {
            return (null, e.Message);
        }
    }

    private static readonly Dictionary<string, string> Special = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };

    private static ChatTemplateOptions Options(Random random)
    {
        var options = new ChatTemplateOptions { AddGenerationPrompt = random.Next(2) == 0 };
        if (random.Next(3) == 0) options = options with { Tools = JsonDocument.Parse(Tools).RootElement };
        if (random.Next(3) == 0) options = options with { Variables = new Dictionary<string, JsonElement> { ["enable_thinking"] = JsonDocument.Parse(random.Next(2) == 0 ? "false" : "true").RootElement } };
        return options;
    }

    private static List<ChatMessage> Conversation(Random random)
    {
        string Content() => Contents[random.Next(Contents.Length)];
        var messages = new List<ChatMessage>();
        if (random.Next(2) == 0) messages.Add(new ChatMessage("system", Content()));
        for (var turns = random.Next(1, 4); turns > 0; turns--)
        {
            messages.Add(new ChatMessage("user", Content()));
            if (random.Next(4) == 0)
            {
                messages.Add(new ChatMessage("assistant", random.Next(2) == 0 ? null : Content()) { ToolCalls = [new ChatToolCall("abcdefghi", "get_weather", """{"place": "Z\u00fcrich", "days": 3, "exact": [1.5, null, true, {"a": ""}]}""")] });
                messages.Add(new ChatMessage("tool", Content()) { Name = "get_weather", ToolCallId = "abcdefghi" });
            }
            if (turns > 1 || random.Next(2) == 0) messages.Add(new ChatMessage("assistant", Content()) { Reasoning = random.Next(4) == 0 ? "why" : null });
            if (random.Next(12) == 0) messages.Add(new ChatMessage(random.Next(2) == 0 ? "user" : "nobody", Content()));
        }
        return messages;
    }

    private static JsonObject Variables(List<ChatMessage> messages, ChatTemplateOptions options)
    {
        var variables = new JsonObject
        {
            ["messages"] = new JsonArray([.. messages.Select(Message)]), ["add_generation_prompt"] = options.AddGenerationPrompt, ["bos_token"] = "<s>", ["eos_token"] = "</s>",
            ["tools"] = options.Tools.ValueKind == JsonValueKind.Undefined ? null : JsonNode.Parse(options.Tools.GetRawText()), ["documents"] = null,
        };
        foreach (var (name, value) in options.Variables) variables[name] = JsonNode.Parse(value.GetRawText());
        return variables;
    }

    private static JsonObject Message(ChatMessage message)
    {
        var json = new JsonObject { ["role"] = message.Role, ["content"] = message.Content };
        if (message.Name is { } name) json["name"] = name;
        if (message.ToolCallId is { } id) json["tool_call_id"] = id;
        if (message.Reasoning is { } reasoning) json["reasoning_content"] = reasoning;
        if (message.ToolCalls is { } calls)
            json["tool_calls"] = new JsonArray([.. calls.Select(c => new JsonObject { ["id"] = c.Id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = c.Name, ["arguments"] = JsonNode.Parse(c.Arguments) } })]);
        return json;
    }
}
