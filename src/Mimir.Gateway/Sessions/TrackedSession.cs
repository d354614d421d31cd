using Mimir.Client.Text;
using Mimir.Trust;

namespace Mimir.Gateway.Sessions;

/// <summary>Whose prompts a session has.</summary>
public enum SessionKind
{
    /// <summary>This owner's alone.</summary>
    Single,

    /// <summary>Several owners'.</summary>
    Joint,
}

/// <summary>Where a session is.</summary>
public enum SessionState
{
    /// <summary>The coordinator has not begun it: other sessions run, or other owners have not joined.</summary>
    Waiting,

    /// <summary>The prompt is under way.</summary>
    Prefill,

    /// <summary>Tokens come.</summary>
    Generating,

    /// <summary>All came.</summary>
    Finished,

    /// <summary>Somebody stopped it, or hung up.</summary>
    Stopped,

    /// <summary>It broke off.</summary>
    Failed,
}

/// <summary>One of this gateway's sessions, followed for those who look at it; holds no text. Thread-safe.</summary>
public sealed class TrackedSession
{
    private readonly Lock _lock = new();
    private readonly TextRun _run;
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _done, _total, _tokens;
    private volatile bool _closed;

    internal TrackedSession(string model, SessionKind kind, TextRun run, CancellationTokenSource stop, DateTimeOffset started)
    {
        (Model, Kind, Started, _run, _stop) = (model, kind, started, run, stop);
        run.Progressed += (done, total) =>
        {
            (_done, _total) = (done, total);
            _begun.TrySetResult();
        };
    }

    /// <summary>Its number as 32 hexadecimal digits, once it has one.</summary>
    public string? Id => _run.Session.IsCompletedSuccessfully ? _run.Session.Result.ToString() : null;

    /// <summary>Its number, once it has one.</summary>
    public SessionId? Number => _run.Session.IsCompletedSuccessfully ? _run.Session.Result : null;

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>Whose prompts it has.</summary>
    public SessionKind Kind { get; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>Tokens that came.</summary>
    public int Tokens => _tokens;

    /// <summary>Positions of the prompt that are through, of how many; 0 of 0 while it waits.</summary>
    public (int Done, int Total) Positions => (_done, _total);

    /// <summary>Where it is.</summary>
    public SessionState State => _run.Completion.Status switch
    {
        TaskStatus.RanToCompletion => SessionState.Finished,
        TaskStatus.Canceled => SessionState.Stopped,
        TaskStatus.Faulted => _closed && _stop.IsCancellationRequested ? SessionState.Stopped : SessionState.Failed,
        _ => _tokens > 0 ? SessionState.Generating : _begun.Task.IsCompleted ? SessionState.Prefill : SessionState.Waiting,
    };

    /// <summary>Completes when every member was verified and the parties work on the prompt.</summary>
    internal Task Begun => _begun.Task;

    /// <summary>For a stream's comments.</summary>
    internal string Progress => State switch
    {
        SessionState.Waiting => "waiting",
        SessionState.Prefill => $"prefill {_done}/{_total}",
        _ => "generating",
    };

    /// <summary>Ends it; its client is told.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (!_closed) _stop.Cancel();
        }
    }

    /// <summary>Counts a piece and passes it on.</summary>
    internal TextPiece Count(TextPiece piece)
    {
        if (piece.Token is not null) Interlocked.Increment(ref _tokens);
        _begun.TrySetResult();
        return piece;
    }

    /// <summary>Its run has ended; there is nothing left to stop.</summary>
    internal void Close()
    {
        lock (_lock) _closed = true;
    }
}
