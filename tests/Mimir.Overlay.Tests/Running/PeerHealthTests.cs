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
        UapiPeer Peer(double? age) => new(Group.NewKey()) { LastHandshake = age is { } seconds ? now.AddSeconds(-seconds) : null };
        using var device = new UapiDevice(null, 0, [Peer(null), Peer(0), Peer(180), Peer(181)]);
        Assert.Equal([true, false, false, true], PeerHealth.Of(device, limit, now).Select(h => h.IsStale));
    }
}
