using Microsoft.Extensions.AI;
using Mimir.Client.Chat;
using Mimir.Client.Sampling;

namespace Mimir.Client.Tests.Chat;

/// <summary>Every option of Microsoft.Extensions.AI is honoured or refused by its name.</summary>
public sealed class ChatRequestsTests
{
    [Fact]
    public void What_has_a_meaning_is_taken()
    {
        var request = ChatRequests.Sampling(new ChatOptions
        {
            Temperature = 0.5f,
            TopP = 0.25f,
            TopK = 4,
            FrequencyPenalty = 1,
            PresencePenalty = -1,
            Seed = 9,
            MaxOutputTokens = 33,
            StopSequences = ["x", "yz"],
            ResponseFormat = ChatResponseFormat.Text,
            Tools = [],
            ToolMode = ChatToolMode.Auto,
        }, null!);
        Assert.Equal((0.5, 0.25, 4, 1, -1, 9L, 33), (request.Temperature, request.TopP, request.TopK, request.FrequencyPenalty, request.PresencePenalty, request.Seed, request.MaxTokens));
        Assert.Equal(["x", "yz"], request.Stop);
    }

    [Fact]
    public void A_raw_request_says_what_the_options_have_no_word_for()
    {
        var request = ChatRequests.Sampling(new ChatOptions { TopK = 7, RawRepresentationFactory = _ => new SamplingRequest { MinP = 0.1, TopK = 3 } }, null!);
        Assert.Equal((0.1, 7), (request.MinP, request.TopK));
    }

    public static TheoryData<string, ChatOptions> Refused => new()
    {
        { "Tools", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] } },
        { "ToolMode", new ChatOptions { ToolMode = ChatToolMode.RequireAny } },
        { "ConversationId", new ChatOptions { ConversationId = "c" } },
        { "ResponseFormat", new ChatOptions { ResponseFormat = ChatResponseFormat.Json } },
        { "Reasoning", new ChatOptions { Reasoning = new ReasoningOptions() } },
        { "AdditionalProperties", new ChatOptions { AdditionalProperties = new() { ["best_of"] = 2 } } },
        { "RawRepresentationFactory", new ChatOptions { RawRepresentationFactory = _ => "text" } },
        { "RawRepresentationFactory", new ChatOptions { RawRepresentationFactory = _ => new SamplingRequest { N = 2 } } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_honoured_is_refused_by_name(string name, ChatOptions options) =>
        Assert.StartsWith($"ChatOptions.{name}:", Assert.Throws<ArgumentException>(() => ChatRequests.Sampling(options, null!)).Message, StringComparison.Ordinal);

    /// <summary>A new version of the interface may bring options that nobody here has thought of.</summary>
    [Fact]
    public void Every_option_of_the_interface_is_known()
    {
        string[] known =
        [
            "AdditionalProperties", "AllowBackgroundResponses", "AllowMultipleToolCalls", "ContinuationToken", "ConversationId", "FrequencyPenalty", "Instructions",
            "MaxOutputTokens", "ModelId", "PresencePenalty", "RawRepresentationFactory", "Reasoning", "ResponseFormat", "Seed", "StopSequences", "Temperature",
            "ToolMode", "Tools", "TopK", "TopP",
        ];
        Assert.Equal(known, typeof(ChatOptions).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Messages_are_text_of_three_roles()
    {
        var read = ChatRequests.Conversation([new(ChatRole.User, "a"), new(ChatRole.Assistant, [new TextContent("b"), new TextContent("c")])], new ChatOptions { Instructions = "i" });
        Assert.Equal([("system", "i"), ("user", "a"), ("assistant", "bc")], read.Select(m => (m.Role, m.Content!)));
        Assert.StartsWith("messages[1].Role:", Refusal(new(ChatRole.User, "a"), new(ChatRole.Tool, "b")), StringComparison.Ordinal);
        Assert.StartsWith("messages[0].Contents:", Refusal(new ChatMessage(ChatRole.User, [new DataContent(new byte[1], "image/png")])), StringComparison.Ordinal);
        Assert.StartsWith("messages:", Refusal(), StringComparison.Ordinal);
    }

    private static string Refusal(params ChatMessage[] messages) => Assert.Throws<ArgumentException>(() => ChatRequests.Conversation(messages, null)).Message;
}
