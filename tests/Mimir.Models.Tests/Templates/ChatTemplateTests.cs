using System.Text.Json;
using Mimir.Models.Templates;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Templates;

/// <summary>The language by hand-written examples, its bounds, and where templates are found.</summary>
public class ChatTemplateTests
{
    private static readonly ChatTemplateOptions Options = new() { Clock = new FixedClock(), MaxSteps = 200_000, MaxCharacters = 100_000 };

    [Fact]
    public void Examples_give_the_text_that_Jinja_documents()
    {
        var wrong = LanguageSamples.ByHand.Select(s => (s.Source, s.Text, Actual: Try(s.Source))).Where(s => s.Text != s.Actual).Select(s => $"{s.Source}: {s.Text} but here {s.Actual}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void What_is_not_understood_or_too_much_is_refused_with_its_line()
    {
        var wrong = new List<string>();
        foreach (var (source, line, named) in LanguageSamples.Refused)
        {
            try
            {
                wrong.Add($"{source}: gave {ChatTemplate.Parse(source).Render([], Options)}");
            }
            catch (ChatTemplateException e)
            {
                if ((e.Line ?? 0) != line || !e.Message.Contains(named, StringComparison.Ordinal) || e.Message.Contains('\n')) wrong.Add($"{source}: {e.Message}");
                Assert.Equal(source.Contains("raise_exception", StringComparison.Ordinal), e.RefusedByTemplate);
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("{% if 1 %}", "{% endif %}")]
    public void Deep_nesting_is_refused(string open, string close)
    {
        var inner = string.Concat(Enumerable.Repeat(open, 30_000)) + "1" + string.Concat(Enumerable.Repeat(close, 30_000));
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(open[0] == '{' ? inner : "{{ " + inner + " }}"));
        Assert.Contains("too deeply", error.Message);
    }

    [Fact]
    public void Long_chains_of_operators_are_evaluated_or_refused_but_do_no_harm()
    {
        Assert.Equal("5000", ChatTemplate.Parse("{{ 0" + string.Concat(Enumerable.Repeat(" + 1", 5000)) + " }}").Render([]));
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("{{ 0" + string.Concat(Enumerable.Repeat(" + 1", 200_000)) + " }}").Render([]));
    }

    [Fact]
    public void Refusal_by_the_template_says_nothing_of_the_conversation()
    {
        var template = ChatTemplate.Parse("{{ raise_exception('Unknown: ' + messages[0].content + '!') }}");
        var error = Assert.Throws<ChatTemplateException>(() => template.Render([new("user", "my secret")]));
        Assert.Contains("Unknown: ...!", error.Message);
        Assert.DoesNotContain("secret", error.Message);
    }

    [Theory]
    [InlineData("{{ messages[0].content }}", "(secret)")]
    [InlineData("a{{ messages[0].content|trim|upper }}b{{ messages[0].content[1:3] }}c", "a(SECRET)b(ec)c")]
    [InlineData("{{ messages[0].content.split('r')|join('-') }}", "(sec)-(et)")]
    [InlineData("{{ messages[0].content|replace('e', 'E') }}{{ 'xyx'|replace('y', messages[0].content) }}", "(s)E(cr)E(t)x(secret)x")]
    [InlineData("{{ messages|tojson }}", "[{\"role\": \"user\", \"content\": \"(secret)\"}]")]
    [InlineData("{{ [messages[0].content] }}{{ messages[0].role }}", "['(secret)']user")]
    [InlineData("{% set x %}<{{ messages[0].content }}>{% endset %}{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(x) }}{{ messages[0].content|length }}", "[<(secret)>]6")]
    [InlineData("{{ tools|tojson }}{% for k in tools[0] %}{{ k }}{% endfor %}", "[{\"(na<)\": \"(v\\\"w)\"}](na<)")]
    [InlineData("{% set ns = namespace(t='') %}{% for c in messages[0].content %}{% set ns.t = c ~ ns.t %}{% endfor %}{{ ns.t }}.{{ messages[0].content|reverse|title }}", "(terces).(Terces)")]
    public void Strangers_parts_of_the_text_are_followed_through_every_operation(string source, string marked)
    {
        var tools = JsonDocument.Parse("""[{"na<": "v\"w"}]""").RootElement;
        var rendered = ChatTemplate.Parse(source).RenderMarked([new("user", "secret")], new ChatTemplateOptions { Tools = tools });
        var shown = rendered.Text;
        foreach (var span in rendered.Foreign.Reverse()) shown = shown.Insert(span.End, ")").Insert(span.Start, "(");
        Assert.Equal(marked, shown);
    }

    [Fact]
    public void Templates_are_found_where_models_keep_them()
    {
        using var directory = new TemporaryDirectory();
        Assert.Null(ChatTemplate.TryOpen(directory.Path));
        Assert.Contains("chat template", Assert.Throws<ModelFormatException>(() => ChatTemplate.Open(directory.Path)).Message);
        directory.Write("tokenizer_config.json", """{"bos_token":{"content":"<b>"},"eos_token":"<e>","chat_template":[{"name":"default","template":"{{ bos_token }}D{{ eos_token }}"},{"name":"tool_use","template":"T"}]}""");
        Assert.Equal("<b>D<e>", ChatTemplate.Open(directory.Path).Render([]));
        Assert.Equal("T", ChatTemplate.Open(directory.Path, "tool_use").Render([]));
        Assert.Contains("'nosuch'", Assert.Throws<ModelFormatException>(() => ChatTemplate.Open(directory.Path, "nosuch")).Message);
        directory.Write("chat_template.json", """{"chat_template":"J{{ eos_token }}"}""");
        Assert.Equal("J<e>", ChatTemplate.Open(directory.Path).Render([]));
        directory.Write("chat_template.jinja", "F{{ bos_token }}\n");
        Assert.Equal("F<b>", ChatTemplate.Open(directory.Path).Render([]));
        directory.Write("chat_template.jinja", [0xC3, 0x28]);
        Assert.Throws<ModelFormatException>(() => ChatTemplate.Open(directory.Path));
    }

    [Theory]
    [InlineData("[1]", "object")]
    [InlineData("{", "JSON")]
    [InlineData("{\"a\": 123456789012345678901234567890}", "range")]
    public void Arguments_of_tools_must_be_JSON_objects(string arguments, string named)
    {
        var message = new ChatMessage("assistant", null) { ToolCalls = [new ChatToolCall("1", "f", arguments)] };
        Assert.Contains(named, Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("x").Render([message])).Message);
    }

    [Fact]
    public void Variables_may_not_replace_the_templates_own()
    {
        var options = new ChatTemplateOptions { Variables = new Dictionary<string, JsonElement> { ["messages"] = JsonDocument.Parse("[]").RootElement } };
        Assert.Contains("'messages'", Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("x").Render([], options)).Message);
    }

    private static string Try(string source)
    {
        try
        {
            return ChatTemplate.Parse(source).Render([], Options);
        }
        catch (ChatTemplateException e)
        {
            return e.Message;
        }
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2025, 2, 5, 14, 3, 9, TimeSpan.Zero);
    }
}
