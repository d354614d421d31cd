using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>At most so many sessions run on one model at once; the others wait in line. Thread-safe.</summary>
internal sealed class Admission(int places)
{
    private readonly Lock _lock = new();
    private readonly HashSet<SessionId> _inside = [];
    private readonly LinkedList<(SessionId Session, Action Start)> _line = [];

    /// <summary>Calls <paramref name="start"/>, now or when a place is free.</summary>
    public void Enter(SessionId session, Action start)
    {
        lock (_lock) _line.AddLast((session, start));
        Fill();
    }

    /// <summary>It has ended, or is not to start any more.</summary>
    public void Leave(SessionId session)
    {
        lock (_lock)
        {
            _inside.Remove(session);
            if (_line.FirstOrDefault(w => w.Session == session) is { Start: not null } waiting) _line.Remove(waiting);
        }
        Fill();
    }

    private void Fill()
    {
        while (true)
        {
            (SessionId Session, Action Start) next;
            lock (_lock)
            {
                if (_line.First is null || _inside.Count >= places) return;
                next = _line.First.Value;
                _line.RemoveFirst();
                _inside.Add(next.Session);
            }
            next.Start();
        }
    }
}
