using System.Text;
using System.Threading.Channels;
using Mimir.Models.Tokenizers;

namespace Mimir.Client.Text;

/// <summary>
/// A session under way, as text: the pieces as they come, then the result. Whoever stops listening cancels the session.
/// </summary>
public sealed class TextRun : IAsyncDisposable
{
    private readonly Channel<TextPiece> _pieces = Channel.CreateUnbounded<TextPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop;
    private readonly TokenStreamDecoder _decoder;
    private readonly StringBuilder _text = new();

    internal TextRun(ITokenizer tokenizer, CancellationToken cancellation) =>
        (_decoder, _stop, Completion) = (new TokenStreamDecoder(tokenizer), CancellationTokenSource.CreateLinkedTokenSource(cancellation), Task.FromCanceled<TextResult>(new CancellationToken(true)));

    /// <summary>The pieces in order, once; ends with the text, and throws what ended the session.</summary>
    public IAsyncEnumerable<TextPiece> Pieces => _pieces.Reader.ReadAllAsync(_stop.Token);

    /// <summary>What came out, when all of it has.</summary>
    public Task<TextResult> Completion { get; private set; }

    /// <summary>Positions of the prompt that are through, of how many.</summary>
    public event Action<int, int> Progressed = (_, _) => { };

    /// <summary>All text so far.</summary>
    internal string Text => _text.ToString();

    internal void Start(Func<TextRun, CancellationToken, Task<TextResult>> session) => Completion = FollowAsync(session);

    internal void Append(int token) => Write(_decoder.Append(token), token);

    internal void Progress(int done, int total) => Progressed(done, total);

    /// <summary>What the decoder still held.</summary>
    internal void Finish()
    {
        if (_decoder.Flush() is { Length: > 0 } rest) Write(rest, null);
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
            _pieces.Writer.Complete(error);
            throw;
        }
    }

    private void Write(string text, int? token)
    {
        _text.Append(text);
        _pieces.Writer.TryWrite(new TextPiece(text, token));
    }
}
