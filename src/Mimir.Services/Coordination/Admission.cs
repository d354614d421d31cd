namespace Mimir.Services.Coordination;

/// <summary>At most so many sessions run on one model at once; the others wait in line. Thread-safe.</summary>
internal sealed class Admission(int places)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Session> _inside = [];
    private readonly LinkedList<Session> _line = [];

    /// <summary>Starts <paramref name="session"/>, now or when a place is free.</summary>
    public void Enter(Session session)
    {
        lock (_lock) _line.AddLast(session);
        Fill();
    }

    /// <summary>It has ended, or will never start.</summary>
    public void Leave(Session session)
    {
        lock (_lock)
        {
            _inside.Remove(session);
            _line.Remove(session);
        }
        Fill();
    }

    private void Fill()
    {
        while (true)
        {
            Session next;
            lock (_lock)
            {
                if (_line.First is null || _inside.Count >= places) return;
                next = _line.First.Value;
                _line.RemoveFirst();
                _inside.Add(next);
            }
            next.Start();
        }
    }
}
