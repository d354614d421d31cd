using Microsoft.AspNetCore.Http;
using Mimir.Client.Text;
using Mimir.Gateway.Hosting;
using Mimir.Models.Tokenizers;

namespace Mimir.Gateway.OpenAi;

/// <summary>chat.completion and chat.completion.chunk.</summary>
internal sealed class ChatShape(ITokenizer tokenizer) : IAnswerShape
{
    /// <inheritdoc/>
    public Task BeginAsync(EventStream stream, AnswerHead head, int choice, string session) =>
        WriteAsync(stream, head, session, new ChunkChoice(choice, new ChunkDelta { Role = "assistant", Content = "" }, null, null));

    /// <inheritdoc/>
    public Task PieceAsync(EventStream stream, AnswerHead head, int choice, string session, TextPiece piece) =>
        WriteAsync(stream, head, session, new ChunkChoice(choice, new ChunkDelta { Content = piece.Text }, Probabilities.OfChat(tokenizer, [piece]), null));

    /// <inheritdoc/>
    public Task EndAsync(EventStream stream, AnswerHead head, int choice, string session, string reason) =>
        WriteAsync(stream, head, session, new ChunkChoice(choice, new ChunkDelta(), null, reason));

    /// <inheritdoc/>
    public Task UsageAsync(EventStream stream, AnswerHead head, string session, Usage usage) =>
        stream.WriteAsync(Chunk(head, session, []) with { Usage = usage }, GatewayJson.Default.ChatChunk);

    /// <inheritdoc/>
    public Task WholeAsync(HttpContext context, AnswerHead head, IReadOnlyList<FinishedChoice> choices, Usage usage) => JsonResponse.WriteAsync(
        context,
        new ChatAnswer(
            Id(head), "chat.completion", head.Created, head.Model,
            [.. choices.Select((c, i) => new ChatChoice(i, new ChatReply("assistant", c.Result.Text, null), Probabilities.OfChat(tokenizer, c.Pieces), c.Reason))],
            usage, MimirNote.Of(choices)),
        GatewayJson.Default.ChatAnswer);

    private static string Id(AnswerHead head) => "chatcmpl-" + head.Id;

    private static ChatChunk Chunk(AnswerHead head, string session, IReadOnlyList<ChunkChoice> choices) =>
        new(Id(head), "chat.completion.chunk", head.Created, head.Model, choices, new MimirNote(session));

    private static Task WriteAsync(EventStream stream, AnswerHead head, string session, ChunkChoice choice) =>
        stream.WriteAsync(Chunk(head, session, [choice]), GatewayJson.Default.ChatChunk);
}
