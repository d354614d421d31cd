namespace Mimir.Transport.Connections;

/// <summary>
/// Connections that came before anybody awaited them: each is kept for a limited time, each peer has a limited number, and its own oldest goes first. One caller
/// at a time; what falls out is the caller's to close.
/// </summary>
internal sealed class UnclaimedStreams(TimeProvider clock, TimeSpan keep)
{
    private const int MaxPerPeer = 16;
    private readonly List<(PeerStream Stream, long Since)> _streams = [];

    /// <summary>Adds one; returns the one of the same peer that has to go, if any.</summary>
    public PeerStream? Add(PeerStream stream)
    {
        var first = _streams.FindIndex(entry => IsSamePeer(entry.Stream, stream));
        var tooMany = _streams.Count(entry => IsSamePeer(entry.Stream, stream)) >= MaxPerPeer;
        var old = tooMany ? _streams[first].Stream : null;
        if (tooMany) _streams.RemoveAt(first);
        _streams.Add((stream, clock.GetTimestamp()));
        return old;
    }

    /// <summary>The oldest that <paramref name="filter"/> matches, or null; it is no longer held here.</summary>
    public PeerStream? Take(AcceptFilter filter)
    {
        var at = _streams.FindIndex(entry => filter.Matches(entry.Stream));
        if (at < 0) return null;
        var stream = _streams[at].Stream;
        _streams.RemoveAt(at);
        return stream;
    }

    /// <summary>Those kept for too long; they are no longer held here.</summary>
    public IReadOnlyList<PeerStream> TakeExpired() => TakeAll(entry => clock.GetElapsedTime(entry.Since) > keep);

    /// <summary>All; none is held here any longer.</summary>
    public IReadOnlyList<PeerStream> TakeAll() => TakeAll(_ => true);

    private List<PeerStream> TakeAll(Predicate<(PeerStream Stream, long Since)> match)
    {
        List<PeerStream> taken = [.. _streams.FindAll(match).Select(entry => entry.Stream)];
        _streams.RemoveAll(entry => taken.Contains(entry.Stream));
        return taken;
    }

    private static bool IsSamePeer(PeerStream one, PeerStream other) => one.Peer.Role == other.Peer.Role && one.Peer.Name == other.Peer.Name;
}
