using System.Text;
using System.Threading.Channels;
using Mimir.Client.Sampling;
using Mimir.Models.Tokenizers;
using Mimir.Trust;

namespace Mimir.Client.Text;

/// <summary>
/// A session under way, as text: the pieces as they come, then the result. Whoever stops listening cancels the session.
/// </summary>
public sealed class TextRun : IAsyncDisposable
{
    private readonly Channel<TextPiece> _pieces = Channel.CreateUnbounded<TextPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop;
    private readonly TokenStreamDecoder _decoder;
    private readonly StopStrings _ends;
    private TokenLogProbs? _likelihood;
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource<SessionId> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TextRun(ITokenizer tokenizer, IReadOnlyList<string> stop, CancellationToken cancellation) =>
        (_decoder, _ends, _stop, Completion) = (new TokenStreamDecoder(tokenizer), new StopStrings(stop), CancellationTokenSource.CreateLinkedTokenSource(cancellation), Task.FromCanceled<TextResult>(new CancellationToken(true)));

    /// <summary>The pieces in order, once; ends with the text, and throws what ended the session.</summary>
    public IAsyncEnumerable<TextPiece> Pieces => _pieces.Reader.ReadAllAsync(_stop.Token);

    /// <summary>The session's number, once the coordinator has given it one; cancelled when it never does.</summary>
    public Task<SessionId> Session => _session.Task;

    /// <summary>What came out, when all of it has.</summary>
    public Task<TextResult> Completion { get; private set; }

    /// <summary>Positions of the prompt that are through, of how many.</summary>
    public event Action<int, int> Progressed = (_, _) => { };

    /// <summary>All text so far.</summary>
    internal string Text => _text.ToString();

    internal void Start(Func<TextRun, CancellationToken, Task<TextResult>> session) => Completion = FollowAsync(session);

    internal void Begin(SessionId session) => _session.TrySetResult(session);

    /// <summary>A stop string has come.</summary>
    internal bool Stopped => _ends.Found;

    /// <summary>What the next token's piece carries beside it.</summary>
    internal void Explain(TokenLogProbs likelihood) => _likelihood = likelihood;

    internal void Append(int token) => Write(_ends.Append(_decoder.Append(token)), token);

    internal void Progress(int done, int total) => Progressed(done, total);

    /// <summary>What was still held back: the last character's bytes, the beginning of a stop string.</summary>
    internal void Finish()
    {
        if (_ends.Append(_decoder.Flush()) + _ends.Flush() is { Length: > 0 } rest) Write(rest, null);
    }

    /// <summary>Cancels what is still running and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<TextResult> FollowAsync(Func<TextRun, CancellationToken, Task<TextResult>> session)
    {
        try
        {
            var result = await session(this, _stop.Token);
            _pieces.Writer.Complete();
            return result;
        }
        catch (Exception error)
        {
            _session.TrySetCanceled();
            _pieces.Writer.Complete(error);
            throw;
        }
    }

    private void Write(string text, int? token)
    {
        _text.Append(text);
        _pieces.Writer.TryWrite(new TextPiece(text, token) { LogProbs = token is null ? null : _likelihood });
    }
}
