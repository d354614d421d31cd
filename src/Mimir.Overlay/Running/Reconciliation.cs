using System.Net;
using System.Security.Cryptography;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Running;

/// <summary>
/// What to change at an interface so that it becomes what keys and descriptors say, without losing a session. A function of both and nothing
/// else, so it may be run at any time and as often as one likes:
/// <list type="bullet">
/// <item>A peer's overlay address is held by the WireGuard key to which it is routed. A peer that has none gets its key at once.</item>
/// <item>A peer with a new key gets it beside the old one, without the address; the address moves, and the old key goes, when a handshake with
/// the new key shows that the peer uses it, or when the old key's session is dead.</item>
/// <item>A key that is neither of these is removed: nobody vouches for it.</item>
/// <item>A new key of this node's own greets all peers, which is their sign to move.</item>
/// </list>
/// </summary>
public static class Reconciliation
{
    /// <summary>A session whose last handshake is older is dead: WireGuard's REJECT_AFTER_TIME. 3 minutes.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromSeconds(180);

    /// <summary>The change, empty when there is nothing to do. The caller disposes of it.</summary>
    public static DeviceChange Plan(OverlaySelf self, IReadOnlyList<OverlayPeer> peers, UapiDevice device, DateTimeOffset now)
    {
        var changes = new List<PeerChange>();
        var kept = new HashSet<WireGuardPublicKey>();
        var isNewKey = device.PublicKey != self.Key.PublicKey;
        foreach (var peer in peers)
        {
            kept.Add(peer.PublicKey);
            var present = device.Peers.FirstOrDefault(p => p.PublicKey == peer.PublicKey);
            var holder = Holder(device, peer);
            var waits = holder is not null && holder != present && !IsFresh(present, now) && IsFresh(holder, now);
            if (waits) kept.Add(holder!.PublicKey);
            if (Change(self, peer, present, moves: holder != present && !waits || holder is null, isNewKey) is { } change) changes.Add(change);
            if (waits && isNewKey) changes.Add(new(holder!.PublicKey) { Greet = true });
        }
        changes.AddRange(device.Peers.Where(p => !kept.Contains(p.PublicKey)).Select(p => new PeerChange(p.PublicKey) { Remove = true }));
        return new(changes)
        {
            Key = isNewKey ? self.Key : null,
            ListenPort = device.ListenPort != self.ListenPort ? self.ListenPort : null,
        };
    }

    /// <summary>Whether a peer's new key waits for its first handshake.</summary>
    public static bool IsWaiting(IReadOnlyList<OverlayPeer> peers, UapiDevice device) =>
        peers.Any(peer => Holder(device, peer) is { } holder && holder.PublicKey != peer.PublicKey);

    private static PeerChange? Change(OverlaySelf self, OverlayPeer peer, UapiPeer? present, bool moves, bool isNewKey)
    {
        var secret = PresharedKey.Derive(self.Identity, peer.Identity);
        var isSecretNew = present is null || !CryptographicOperations.FixedTimeEquals(secret, present.PresharedKey);
        if (!isSecretNew) CryptographicOperations.ZeroMemory(secret);
        var change = new PeerChange(peer.PublicKey)
        {
            PresharedKey = isSecretNew ? secret : null,
            // Afterwards WireGuard itself follows a peer that moves.
            Endpoint = present?.Endpoint is null ? peer.Endpoint : null,
            Address = moves ? peer.Address : null,
            Greet = isNewKey || present is not { KeepaliveSeconds: DeviceChange.KeepaliveSeconds },
        };
        return change == new PeerChange(peer.PublicKey) ? null : change;
    }

    private static UapiPeer? Holder(UapiDevice device, OverlayPeer peer)
    {
        var address = new IPNetwork(peer.Address, 128);
        return device.Peers.FirstOrDefault(p => p.AllowedAddresses.Contains(address));
    }

    private static bool IsFresh(UapiPeer? peer, DateTimeOffset now) => peer?.LastHandshake is { } time && now - time < SessionLifetime;
}
