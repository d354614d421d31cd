using Mimir.Client.Text;

namespace Mimir.Gateway.OpenAi;

/// <summary>How an endpoint words its answers: the same sessions, as a chat's or as a completion's.</summary>
internal interface IAnswerShape
{
    /// <summary>A choice begins.</summary>
    Task BeginAsync(EventStream stream, AnswerHead head, int choice, string session);

    /// <summary>A choice goes on.</summary>
    Task PieceAsync(EventStream stream, AnswerHead head, int choice, string session, TextPiece piece);

    /// <summary>A choice is complete.</summary>
    Task EndAsync(EventStream stream, AnswerHead head, int choice, string session, string reason);

    /// <summary>All choices are complete; the tokens used.</summary>
    Task UsageAsync(EventStream stream, AnswerHead head, string session, Usage usage);

    /// <summary>All choices at once.</summary>
    Task WholeAsync(Microsoft.AspNetCore.Http.HttpContext context, AnswerHead head, IReadOnlyList<FinishedChoice> choices, Usage usage);
}

/// <summary>What all pieces of an answer have in common.</summary>
/// <param name="Id">The answer's name, without its prefix.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Model">As the request named it.</param>
internal sealed record AnswerHead(string Id, long Created, string Model);

/// <summary>A choice with its session.</summary>
/// <param name="Result">What came out.</param>
/// <param name="Pieces">All its pieces, for their probabilities.</param>
internal sealed record FinishedChoice(TextResult Result, IReadOnlyList<TextPiece> Pieces)
{
    /// <summary>OpenAI's word for why it ended.</summary>
    public string Reason => ReasonOf(Result.End);

    /// <summary>OpenAI's word for an end.</summary>
    public static string ReasonOf(TextEnd end) => end == TextEnd.Stop ? "stop" : "length";
}
