using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Running;

/// <summary>How one peer of an interface does.</summary>
/// <param name="Peer">As the interface has it.</param>
/// <param name="Age">Since the last handshake; null when there was none.</param>
/// <param name="State">Whether it is alive.</param>
public sealed record PeerHealth(UapiPeer Peer, TimeSpan? Age, PeerState State)
{
    /// <summary>
    /// The health of every peer at <paramref name="now"/>. A live peer has a handshake about every 2 minutes (REKEY_AFTER_TIME), since keep-alive
    /// packets always flow; one that is older than <paramref name="limit"/> makes it stale.
    /// </summary>
    public static IReadOnlyList<PeerHealth> Of(UapiDevice device, TimeSpan limit, DateTimeOffset now) => [.. device.Peers.Select(peer =>
    {
        TimeSpan? age = peer.LastHandshake is { } time ? now - time : null;
        var state = peer.AllowedAddresses.Count == 0 ? PeerState.Announced : age is null || age > limit ? PeerState.Stale : PeerState.Ok;
        return new PeerHealth(peer, age, state);
    })];
}

/// <summary>Whether a peer is alive.</summary>
public enum PeerState
{
    /// <summary>Its last handshake is young.</summary>
    Ok,

    /// <summary>No handshake, or too long ago: nothing comes through.</summary>
    Stale,

    /// <summary>The new key of a peer that still uses its old one; it is not judged.</summary>
    Announced,
}
