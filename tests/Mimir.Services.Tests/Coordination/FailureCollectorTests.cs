using Mimir.Services.Coordination;
using Mimir.Transport.Protos;

namespace Mimir.Services.Tests.Coordination;

public sealed class FailureCollectorTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _concluded = [];

    [Fact]
    public void A_lost_peer_counts_after_a_moment()
    {
        var collector = Collector();
        collector.Report(Failed(FailureKind.PeerLost, "lost"));
        Assert.Empty(_concluded);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["lost"], _concluded);
    }

    [Fact]
    public void A_violation_overtakes_the_broken_connections_that_it_caused()
    {
        var collector = Collector();
        collector.Report(Failed(FailureKind.PeerLost, "lost"));
        collector.Report(Failed(FailureKind.PeerMisbehaved, "cheated"));
        collector.Report(Failed(FailureKind.PeerLost, "lost too"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["cheated"], _concluded);
    }

    [Fact]
    public void What_is_certain_counts_at_once()
    {
        var collector = Collector();
        collector.Report(Failed(FailureKind.PeerLost, "suspected"));
        collector.Conclude(Failed(FailureKind.PeerLost, "seen"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["seen"], _concluded);
    }

    [Fact]
    public void After_a_good_end_nothing_counts()
    {
        var collector = Collector();
        collector.Report(Failed(FailureKind.PeerLost, "lost"));
        Assert.True(collector.Close());
        Assert.False(collector.Close());
        collector.Report(Failed(FailureKind.PeerMisbehaved, "cheated"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_concluded);
    }

    private FailureCollector Collector() => new(_clock, failed => _concluded.Add(failed.Message));

    private static SessionFailed Failed(FailureKind kind, string message) => new() { Kind = kind, Message = message };
}
