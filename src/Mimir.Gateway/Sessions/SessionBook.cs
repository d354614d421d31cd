using Mimir.Client.Text;

namespace Mimir.Gateway.Sessions;

/// <summary>The sessions of one gateway, the last hundred of them. Thread-safe.</summary>
public sealed class SessionBook(TimeProvider clock)
{
    private const int Kept = 100;
    private readonly Lock _lock = new();
    private readonly LinkedList<TrackedSession> _sessions = [];

    /// <summary>All of them that have a number, the newest first.</summary>
    public IReadOnlyList<TrackedSession> All
    {
        get
        {
            lock (_lock) return [.. _sessions.Where(s => s.Id is not null)];
        }
    }

    /// <summary>The session of that number, or null.</summary>
    public TrackedSession? Find(string id) => All.FirstOrDefault(s => s.Id == id);

    /// <summary>Follows one more; <paramref name="stop"/> ends it.</summary>
    internal TrackedSession Track(string model, SessionKind kind, TextRun run, CancellationTokenSource stop)
    {
        var tracked = new TrackedSession(model, kind, run, stop, clock.GetUtcNow());
        lock (_lock)
        {
            _sessions.AddFirst(tracked);
            while (_sessions.Count > Kept && _sessions.Last!.Value.State >= SessionState.Finished) _sessions.RemoveLast();
        }
        return tracked;
    }
}
