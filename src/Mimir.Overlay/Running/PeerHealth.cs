using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Running;

/// <summary>How one peer of an interface does.</summary>
/// <param name="Peer">As the interface has it.</param>
/// <param name="Age">Since the last handshake; null when there was none.</param>
/// <param name="IsStale">No handshake, or too long ago: nothing can have come through since.</param>
public sealed record PeerHealth(UapiPeer Peer, TimeSpan? Age, bool IsStale)
{
    /// <summary>
    /// The health of every peer at <paramref name="now"/>. A live peer has a handshake every 2 minutes (REKEY_AFTER_TIME), since keep-alive packets
    /// always flow; one older than <paramref name="limit"/> is stale.
    /// </summary>
    public static IReadOnlyList<PeerHealth> Of(UapiDevice device, TimeSpan limit, DateTimeOffset now) => [.. device.Peers.Select(peer =>
    {
        TimeSpan? age = peer.LastHandshake is { } time ? now - time : null;
        return new PeerHealth(peer, age, age is null || age > limit);
    })];
}
