using Microsoft.AspNetCore.Http;
using Mimir.Client.Text;
using Mimir.Gateway.Hosting;
using Mimir.Models.Tokenizers;

namespace Mimir.Gateway.OpenAi;

/// <summary>text_completion, whole and in pieces.</summary>
internal sealed class CompletionShape(ITokenizer tokenizer) : IAnswerShape
{
    private readonly Dictionary<int, int> _lengths = [];

    /// <inheritdoc/>
    public Task BeginAsync(EventStream stream, AnswerHead head, int choice, string session) => WriteAsync(stream, head, session, new CompletionChoice(choice, "", null, null));

    /// <inheritdoc/>
    public Task PieceAsync(EventStream stream, AnswerHead head, int choice, string session, TextPiece piece)
    {
        var offset = _lengths.GetValueOrDefault(choice);
        _lengths[choice] = offset + piece.Text.Length;
        return WriteAsync(stream, head, session, new CompletionChoice(choice, piece.Text, Probabilities.OfCompletion(tokenizer, [piece], offset), null));
    }

    /// <inheritdoc/>
    public Task EndAsync(EventStream stream, AnswerHead head, int choice, string session, string reason) =>
        WriteAsync(stream, head, session, new CompletionChoice(choice, "", null, reason));

    /// <inheritdoc/>
    public Task UsageAsync(EventStream stream, AnswerHead head, string session, Usage usage) =>
        stream.WriteAsync(Answer(head, [], new MimirNote(session)) with { Usage = usage }, GatewayJson.Default.CompletionAnswer);

    /// <inheritdoc/>
    public Task WholeAsync(HttpContext context, AnswerHead head, IReadOnlyList<FinishedChoice> choices, Usage usage) => JsonResponse.WriteAsync(
        context,
        Answer(head, [.. choices.Select((c, i) => new CompletionChoice(i, c.Result.Text, Probabilities.OfCompletion(tokenizer, c.Pieces), c.Reason))], MimirNote.Of(choices)) with { Usage = usage },
        GatewayJson.Default.CompletionAnswer);

    private static CompletionAnswer Answer(AnswerHead head, IReadOnlyList<CompletionChoice> choices, MimirNote note) =>
        new("cmpl-" + head.Id, "text_completion", head.Created, head.Model, choices, note);

    private static Task WriteAsync(EventStream stream, AnswerHead head, string session, CompletionChoice choice) =>
        stream.WriteAsync(Answer(head, [choice], new MimirNote(session)), GatewayJson.Default.CompletionAnswer);
}
