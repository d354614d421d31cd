using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Mimir.Client.Sampling;
using Mimir.Client.Text;
using Mimir.Models.Templates;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Mimir.Client.Chat;

/// <summary>
/// A secure cluster as an <see cref="IChatClient"/>: each answer is a session of its own, whose prompt leaves this process masked. Cancelling a call, or no longer
/// reading its stream, cancels the session. Safe for several calls at a time.
/// </summary>
/// <param name="owner">Who asks, and for which model; disposed of with this client.</param>
/// <param name="defaults">
/// How to generate where <see cref="ChatOptions"/> leave it open: parties, security and weights must be the cluster's. Null: secret weights, two parties, active security,
/// at most 256 tokens.
/// </param>
public sealed class MimirChatClient(TextOwner owner, GenerationOptions? defaults = null) : IChatClient
{
    private readonly GenerationOptions _defaults = defaults ?? new GenerationOptions { MaxTokens = 256 };
    private readonly ChatTemplate? _template = ChatTemplate.TryOpen(owner.Model.Directory);
    private readonly ChatClientMetadata _metadata = new("mimir", defaultModelId: owner.Model.Name);

    /// <summary>The whole answer.</summary>
    /// <exception cref="ArgumentException">A message or option that cannot be honoured, or a conversation that does not fit; names it. Nothing was sent.</exception>
    /// <exception cref="Mimir.Spdz.ProtocolViolation">A party deviated; nothing computed from it was released.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var (request, prompt) = Request(messages, options);
        await using var run = owner.Start(request, cancellationToken);
        var result = await run.Completion;
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, result.Text))
        {
            ResponseId = result.Session.ToString(),
            ModelId = owner.Model.Name,
            FinishReason = ReasonOf(result.End),
            Usage = UsageOf(prompt, result),
            RawRepresentation = result,
        };
    }

    /// <summary>The answer as it comes; the last update has usage and the reason of its end.</summary>
    /// <exception cref="ArgumentException">As for <see cref="GetResponseAsync"/>, at the call.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var (request, prompt) = Request(messages, options);
        return StreamAsync(request, prompt, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(ChatClientMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : serviceType.IsInstanceOfType(owner) ? owner : null;
    }

    /// <inheritdoc/>
    public void Dispose() => owner.Dispose();

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(TextRequest request, int prompt, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var run = owner.Start(request, cancellation);
        var id = Guid.NewGuid().ToString("N");
        await foreach (var piece in run.Pieces)
            if (piece.Text.Length > 0) yield return Update([new TextContent(piece.Text)]);
        var result = await run.Completion;
        var last = Update([new UsageContent(UsageOf(prompt, result))]);
        (last.FinishReason, last.RawRepresentation) = (ReasonOf(result.End), result);
        yield return last;

        ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents) { ResponseId = id, MessageId = id, ModelId = owner.Model.Name };
    }

    private (TextRequest Request, int Prompt) Request(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        if (options?.ModelId is { } model && model != owner.Model.Name)
            throw new ArgumentException($"ChatOptions.ModelId: this client is for '{owner.Model.Name}', not '{model}'");
        var sampling = ChatRequests.Sampling(options, this);
        var prompt = ChatPrompt.Of(owner.Model, _template, ChatRequests.Conversation(messages, options));
        var context = _defaults.MaxContext > 0 ? Math.Min(_defaults.MaxContext, owner.Model.Config.MaxPositions) : owner.Model.Config.MaxPositions;
        sampling = sampling with
        {
            Stop = [.. prompt.Stop, .. sampling.Stop],
            MaxTokens = sampling.MaxTokens ?? Math.Max(1, Math.Min(_defaults.MaxTokens, context - prompt.Tokens.Count + 1)),
        };
        SamplingRules.RequireTokens(sampling, owner.Model.Config.VocabularySize);
        return (new TextRequest { Prompt = prompt.Tokens, Options = SamplingRules.Apply(sampling, _defaults), Sampling = sampling }, prompt.Tokens.Count);
    }

    private static ChatFinishReason ReasonOf(TextEnd end) => end == TextEnd.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length;

    private static UsageDetails UsageOf(int prompt, TextResult result) => new()
    {
        InputTokenCount = prompt,
        OutputTokenCount = result.Generation.Tokens.Count,
        TotalTokenCount = prompt + result.Generation.Tokens.Count,
    };
}
