using System.Net;

namespace Mimir.Transport.Limits;

/// <summary>
/// Counts the connections of one port and says which may stay. Nothing of a connection is read before it has a pass. When handshakes or connections
/// are at their limit, the oldest unfinished handshake goes and its address pays for it, so that a flood from few addresses shuts out itself.
/// </summary>
internal sealed class ConnectionGate(ConnectionLimits limits, TimeProvider clock, string port, Action<string>? refused)
{
    private const int RememberedAddresses = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, RemoteSource> _sources = [];
    private readonly LinkedList<ConnectionPass> _handshakes = [];
    private readonly TokenBucket _lines = new(clock, 1, TimeSpan.FromMinutes(1));
    private int _open;

    /// <summary>How many addresses it knows something about: never more than 4,096 beside those with a connection.</summary>
    internal int Remembered
    {
        get { lock (_lock) return _sources.Count; }
    }

    /// <summary>A pass for a connection from <paramref name="remote"/>, or null: then it is to be closed unanswered.</summary>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="drop">Closes it; may be called from another connection's thread, while its handshake lasts.</param>
    public ConnectionPass? Enter(IPAddress remote, Action drop)
    {
        ConnectionPass? pass = null, oldest = null;
        string? line = null;
        lock (_lock)
        {
            var address = RemoteSource.KeyOf(remote);
            var source = SourceOf(address);
            var full = _handshakes.Count >= limits.Handshakes || _open >= limits.Connections;
            if (source.Failures.IsEmpty)
                line = source.Lines.TryTake() ? $"{address} failed {limits.FailedHandshakesPerMinute} handshakes within a minute; for now its connections are closed unanswered" : null;
            else if (source.Open >= limits.ConnectionsPerAddress)
                line = source.Lines.TryTake() ? $"{address} has {source.Open} connections (limits.connections_per_address); more are closed unanswered" : null;
            else if (full && _handshakes.First is null)
                line = _lines.TryTake() ? $"{_open} connections are open (limits.connections); more are closed unanswered" : null;
            else
            {
                if (full)
                {
                    oldest = _handshakes.First!.Value;
                    _handshakes.RemoveFirst();
                }

                pass = new ConnectionPass(this, address, new TokenBucket(clock, limits.CallsPerSecond * 10, TimeSpan.FromSeconds(10)), drop);
                _handshakes.AddLast(pass);
                source.Open++;
                _open++;
            }
        }

        oldest?.MakeRoom();
        if (line is not null) refused?.Invoke($"{port}: {line}.");
        return pass;
    }

    internal void Complete(ConnectionPass pass)
    {
        lock (_lock)
        {
            _handshakes.Remove(pass);
            pass.IsComplete = true;
        }
    }

    internal void End(ConnectionPass pass)
    {
        lock (_lock)
        {
            var source = _sources[pass.Address];
            _handshakes.Remove(pass);
            if (!pass.IsComplete) source.Failures.TryTake();
            source.Open--;
            _open--;
        }
    }

    /// <summary>The state of <paramref name="address"/>. Memory stays bounded: quiet addresses are forgotten first, then any without a connection.</summary>
    private RemoteSource SourceOf(IPAddress address)
    {
        if (_sources.TryGetValue(address, out var known)) return known;
        if (_sources.Count >= RememberedAddresses)
        {
            foreach (var (key, source) in _sources)
                if (source.IsQuiet) _sources.Remove(key);
            if (_sources.Count >= RememberedAddresses && _sources.FirstOrDefault(entry => entry.Value.Open == 0).Key is { } idle) _sources.Remove(idle);
        }

        return _sources[address] = new RemoteSource(clock, limits.FailedHandshakesPerMinute);
    }
}
