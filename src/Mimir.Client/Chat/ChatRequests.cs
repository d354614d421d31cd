using Microsoft.Extensions.AI;
using Mimir.Client.Sampling;
using ModelMessage = Mimir.Models.Templates.ChatMessage;

namespace Mimir.Client.Chat;

/// <summary>From the words of Microsoft.Extensions.AI to Mimir's; what cannot be honoured is refused by name, never ignored.</summary>
internal static class ChatRequests
{
    /// <summary>What <paramref name="options"/> say about sampling.</summary>
    /// <exception cref="ArgumentException">An option that cannot be honoured; names it.</exception>
    public static SamplingRequest Sampling(ChatOptions? options, IChatClient client)
    {
        if (options is null) return new SamplingRequest();
        RequireNoTools(options);
        Require(options.ConversationId is null, nameof(options.ConversationId), "nothing is kept between calls; give the whole conversation");
        Require(options.ResponseFormat is null or ChatResponseFormatText, nameof(options.ResponseFormat), "only text");
        Require(options.Reasoning is null, nameof(options.Reasoning), "not supported; a model's template may have a variable for it");
        Require(options.AdditionalProperties is not { Count: > 0 }, nameof(options.AdditionalProperties), "none is known; RawRepresentationFactory may return a SamplingRequest");
#pragma warning disable MEAI001 // What is experimental there is refused here.
        Require(options.AllowBackgroundResponses is not true, nameof(options.AllowBackgroundResponses), "an answer ends with the call");
        Require(options.ContinuationToken is null, nameof(options.ContinuationToken), "an answer ends with the call");
#pragma warning restore MEAI001
        var request = options.RawRepresentationFactory?.Invoke(client) switch
        {
            null => new SamplingRequest(),
            SamplingRequest raw => raw,
            var other => throw Refused(nameof(options.RawRepresentationFactory), $"must return a {nameof(SamplingRequest)}, not a {other.GetType().Name}"),
        };
        Require(request.N == 1 && !request.LogProbs, nameof(options.RawRepresentationFactory), "n and logprobs have no place in a chat response");
        return request with
        {
            Temperature = options.Temperature ?? request.Temperature,
            TopP = options.TopP ?? request.TopP,
            TopK = options.TopK ?? request.TopK,
            FrequencyPenalty = options.FrequencyPenalty ?? request.FrequencyPenalty,
            PresencePenalty = options.PresencePenalty ?? request.PresencePenalty,
            Seed = options.Seed ?? request.Seed,
            MaxTokens = options.MaxOutputTokens ?? request.MaxTokens,
            Stop = options.StopSequences is { } stop ? [.. stop] : request.Stop,
        };
    }

    /// <summary>The conversation, <see cref="ChatOptions.Instructions"/> first.</summary>
    /// <exception cref="ArgumentException">A message that a text model cannot be given; names it.</exception>
    public static IReadOnlyList<ModelMessage> Conversation(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var result = new List<ModelMessage>();
        if (options?.Instructions is { Length: > 0 } instructions) result.Add(new ModelMessage("system", instructions));
        var number = 0;
        foreach (var message in messages)
        {
            var role = message.Role.Value;
            if (role is not ("system" or "user" or "assistant")) throw Refused($"messages[{number}].Role", $"must be system, user or assistant, not '{role}'", "");
            var other = message.Contents.FirstOrDefault(c => c is not (TextContent or UsageContent));
            if (other is not null) throw Refused($"messages[{number}].Contents", $"only text, not {other.GetType().Name}", "");
            result.Add(new ModelMessage(role, message.Text));
            number++;
        }
        return result.Count > 0 ? result : throw Refused("messages", "at least one is needed", "");
    }

    private static void RequireNoTools(ChatOptions options)
    {
        const string Why = "tools are not supported; an agent loop can ask the model in words (samples/agent)";
        Require(options.Tools is not { Count: > 0 }, nameof(options.Tools), Why);
        Require(options.ToolMode is not RequiredChatToolMode, nameof(options.ToolMode), Why);
    }

    private static void Require(bool condition, string option, string why)
    {
        if (!condition) throw Refused(option, why);
    }

    private static ArgumentException Refused(string what, string why, string prefix = "ChatOptions.") => new($"{prefix}{what}: {why}");
}
