using Mimir.Client.Clusters;
using Mimir.Gateway.Watching;
using Mimir.Transport.Protos;

namespace Mimir.Page.Tests.Watching;

/// <summary>Reports come through the coordinator, from anybody: what is taken from them is bounded and typed.</summary>
public sealed class WatchedRoleTests
{
    private static readonly ClusterDescription Nobody = new([], []);

    [Fact]
    public void A_partys_figures_are_named_by_layer()
    {
        var metrics = new RoleMetrics { Peer = new PeerRef { Role = PeerRole.Party, Name = "p0" }, BytesSent = 7, MacChecks = 3, NumbersSeen = 9 };
        metrics.Layers.Add([new LayerTraffic { Rounds = 2 }, new LayerTraffic { Rounds = 13 }, new LayerTraffic { Rounds = 14, BytesSent = 5 }]);
        metrics.OpenedBins.Add([1, 2, 3]);
        var role = WatchedRole.Of(metrics, Nobody, demanded: true)!;
        Assert.Equal(["embedding", "layer 1", "head"], role.Layers!.Select(l => l.Name));
        Assert.Equal((14ul, 5ul), (role.Layers![2].Rounds, role.Layers[2].Bytes));
        Assert.Equal((7ul, 7ul, 3ul), (role.BytesSent, role.BytesReceived, role.ChecksPassed));
        Assert.Equal([1ul, 2, 3], role.Opened!);
        // Not among those whom this gateway judged itself, whatever the coordinator says.
        Assert.Equal("absent", role.Attestation!.Verdict);
        Assert.Null(role.Envelopes);
    }

    [Fact]
    public void What_is_too_much_is_cut_and_who_is_nobody_is_left_out()
    {
        var metrics = new RoleMetrics { Peer = new PeerRef { Role = PeerRole.Party, Name = "p0" } };
        metrics.OpenedBins.Add(Enumerable.Repeat(1ul, 100_000));
        metrics.Layers.Add(Enumerable.Repeat(new LayerTraffic(), 100_000));
        var role = WatchedRole.Of(metrics, Nobody, demanded: false)!;
        Assert.Equal((64, 1024), (role.Opened!.Count, role.Layers!.Count));
        Assert.Null(WatchedRole.Of(new RoleMetrics(), Nobody, false));
        Assert.Null(WatchedRole.Of(new RoleMetrics { Peer = new PeerRef { Role = PeerRole.DataOwner, Name = "alice" } }, Nobody, false));
        Assert.Null(WatchedRole.Of(new RoleMetrics { Peer = new PeerRef { Role = PeerRole.Party, Name = "<b>" } }, Nobody, false));
    }

    [Fact]
    public void The_coordinators_envelopes_are_sizes_only()
    {
        var metrics = new RoleMetrics { Peer = new PeerRef { Role = PeerRole.Coordinator, Name = "coordinator" } };
        metrics.Envelopes.Add(new EnvelopeTally { Purpose = SealPurpose.Masks, Count = 2, Bytes = 4711 });
        var role = WatchedRole.Of(metrics, Nobody, demanded: true)!;
        Assert.Null(role.Attestation);
        Assert.Equal([new WatchedEnvelopes("masks", 2, 4711)], role.Envelopes!);
    }
}
