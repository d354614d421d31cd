using System.Net;
using Mimir.Overlay.Running;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Running;

public sealed class PeerHealthTests
{
    [Fact]
    public void Age_decides_and_no_handshake_is_stale()
    {
        var now = DateTimeOffset.UnixEpoch.AddHours(1);
        var limit = TimeSpan.FromSeconds(180);
        UapiPeer Peer(double? age, params IPNetwork[] routed) =>
            new(Group.NewKey()) { LastHandshake = age is { } seconds ? now.AddSeconds(-seconds) : null, AllowedAddresses = routed };
        var address = IPNetwork.Parse("fd00::1/128");
        using var device = new UapiDevice(null, 0, [Peer(null, address), Peer(0, address), Peer(180, address), Peer(181, address), Peer(null)]);
        Assert.Equal([PeerState.Stale, PeerState.Ok, PeerState.Ok, PeerState.Stale, PeerState.Announced], PeerHealth.Of(device, limit, now).Select(h => h.State));
    }
}
