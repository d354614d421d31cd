using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Mimir.Client.Text;
using Mimir.Gateway.Errors;
using Mimir.Gateway.Sessions;

namespace Mimir.Gateway.OpenAi;

/// <summary>
/// Runs the sessions of one request and words what comes out. Whoever hangs up ends them. Nothing is ever sent a second time: a request that
/// failed is the client's to repeat, and every session checks its members anew.
/// </summary>
internal sealed class Answering(GatewayState gateway, HttpContext context, TextJob job, IAnswerShape shape)
{
    /// <summary>Answers.</summary>
    /// <exception cref="ApiException">The gateway is busy, the cluster is not ready, or the request does not fit.</exception>
    public async Task AnswerAsync()
    {
        using var place = gateway.Places.Enter(job.Request.Sampling.N);
        var options = await gateway.Cluster.RequireAsync(job.Model, context.RequestAborted);
        var request = job.Bound(options, gateway.Settings.DefaultMaxTokens);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, gateway.Stopping);
        var runs = new List<(TextRun Run, TrackedSession Tracked)>();
        try
        {
            foreach (var run in job.Model.Owner.StartAll(request, stop.Token)) runs.Add((run, gateway.Sessions.Track(job.Model.Name, SessionKind.Single, run, stop)));
            await (job.Request.Stream ? StreamAsync(runs) : WholeAsync(runs));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await TellAsync(new ApiException(410, "invalid_request_error", "the session was stopped", null, "session_stopped"));
        }
        finally
        {
            foreach (var (run, tracked) in runs)
            {
                await run.DisposeAsync();
                tracked.Close();
            }
        }
    }

    private async Task WholeAsync(List<(TextRun Run, TrackedSession Tracked)> runs)
    {
        var choices = await Task.WhenAll(runs.Select(async r =>
        {
            var pieces = new List<TextPiece>();
            await foreach (var piece in r.Run.Pieces) pieces.Add(r.Tracked.Count(piece));
            return new FinishedChoice(await r.Run.Completion, pieces);
        }));
        await shape.WholeAsync(context, Head(choices[0].Result.Session.ToString()), choices, Usage.Of(job.Prompt.Count, choices.Sum(c => c.Result.Generation.Tokens.Count)));
    }

    private async Task StreamAsync(List<(TextRun Run, TrackedSession Tracked)> runs)
    {
        var stream = new EventStream(context);
        var events = Channel.CreateUnbounded<ChoiceEvent>(new() { SingleReader = true });
        var following = runs.Select((r, i) => FollowAsync(r.Run, r.Tracked, i, events.Writer)).ToArray();
        var closing = CloseAsync(following, events.Writer);
        var (first, tokens) = ("", 0);
        try
        {
            while (await NextAsync(stream, events.Reader, runs))
            {
                while (events.Reader.TryRead(out var next))
                {
                    var session = runs[next.Choice].Tracked.Id!;
                    if (first.Length == 0) first = session;
                    var head = Head(first);
                    await (next switch
                    {
                        { Result: { } result } => shape.EndAsync(stream, head, next.Choice, session, FinishedChoice.ReasonOf(result.End)),
                        { Piece: { } piece } => shape.PieceAsync(stream, head, next.Choice, session, piece),
                        _ => shape.BeginAsync(stream, head, next.Choice, session),
                    });
                    tokens += next.Result?.Generation.Tokens.Count ?? 0;
                }
            }
            if (job.Request.IncludeUsage) await shape.UsageAsync(stream, Head(first), first, Usage.Of(job.Prompt.Count, tokens));
            await stream.DoneAsync();
        }
        catch (Exception error) when (stream.HasStarted && !context.RequestAborted.IsCancellationRequested && error is not OperationCanceledException)
        {
            gateway.Settings.Log($"{context.Request.Path}: {ErrorShape.Of(error).Message}");
            await stream.WriteAsync(ErrorShape.Of(error).Body, GatewayJson.Default.ErrorBody);
        }
        await closing;
    }

    /// <summary>Waits for something to tell; says that the connection lives while there is nothing.</summary>
    private async Task<bool> NextAsync(EventStream stream, ChannelReader<ChoiceEvent> events, List<(TextRun Run, TrackedSession Tracked)> runs)
    {
        var waiting = events.WaitToReadAsync(context.RequestAborted).AsTask();
        while (true)
        {
            try
            {
                return await waiting.WaitAsync(gateway.Settings.KeepAlive, gateway.Settings.Tls.Clock);
            }
            catch (TimeoutException)
            {
                await stream.CommentAsync(runs[0].Tracked.Progress);
            }
        }
    }

    private static async Task FollowAsync(TextRun run, TrackedSession tracked, int choice, ChannelWriter<ChoiceEvent> events)
    {
        await using var pieces = run.Pieces.GetAsyncEnumerator(CancellationToken.None);
        var next = pieces.MoveNextAsync().AsTask();
        // All is well so far when the parties have begun: from then on the client sees the stream.
        if (await Task.WhenAny(tracked.Begun, next) == next) await next;
        events.TryWrite(new ChoiceEvent(choice, null, null));
        for (; await next; next = pieces.MoveNextAsync().AsTask())
        {
            var piece = tracked.Count(pieces.Current);
            if (piece.Text.Length > 0 || piece.LogProbs is not null) events.TryWrite(new ChoiceEvent(choice, piece, null));
        }
        events.TryWrite(new ChoiceEvent(choice, null, await run.Completion));
    }

    /// <summary>The end of all choices, or of the first that broke off, is the end of the events.</summary>
    private static async Task CloseAsync(IEnumerable<Task> following, ChannelWriter<ChoiceEvent> events)
    {
        try
        {
            await foreach (var choice in Task.WhenEach(following)) await choice;
            events.TryComplete();
        }
        catch (Exception error)
        {
            events.TryComplete(error);
        }
    }

    private async Task TellAsync(ApiException error)
    {
        if (!context.Response.HasStarted) throw error;
        await new EventStream(context).WriteAsync(error.Body, GatewayJson.Default.ErrorBody);
    }

    private AnswerHead Head(string session) => new(session, gateway.Settings.Tls.Clock.GetUtcNow().ToUnixTimeSeconds(), job.Request.Model);

    private readonly record struct ChoiceEvent(int Choice, TextPiece? Piece, TextResult? Result);
}
