using System.Net;
using Mimir.Transport.Limits;

namespace Mimir.Transport.Tests.Limits;

public sealed class ConnectionGateTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");
    private readonly ManualClock _clock = new();
    private readonly List<string> _lines = [];

    [Fact]
    public void Failed_handshakes_shut_out_their_own_address_until_the_share_has_come_back()
    {
        var gate = Gate(new() { FailedHandshakesPerMinute = 6 });
        for (var i = 0; i < 6; i++) Enter(gate, Here)!.Dispose();
        Assert.Null(Enter(gate, Here));
        Assert.NotNull(Enter(gate, There));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(Enter(gate, Here));
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        Enter(gate, Here)!.Dispose();
        Assert.Null(Enter(gate, Here));
        _clock.Advance(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 6; i++) Enter(gate, Here)!.Dispose();
        Assert.Null(Enter(gate, Here));
    }

    [Fact]
    public void Finished_handshakes_cost_nothing()
    {
        var gate = Gate(new() { FailedHandshakesPerMinute = 1 });
        for (var i = 0; i < 50; i++)
        {
            var pass = Enter(gate, Here)!;
            pass.Complete();
            pass.Dispose();
            pass.Dispose();
        }
    }

    [Fact]
    public void An_address_has_so_many_connections_and_may_open_another_when_one_ends()
    {
        var gate = Gate(new() { ConnectionsPerAddress = 3 });
        var passes = Enumerable.Range(0, 3).Select(_ => Completed(gate, Here)).ToArray();
        Assert.Null(Enter(gate, Here));
        Assert.NotNull(Enter(gate, There));
        passes[1].Dispose();
        Assert.NotNull(Enter(gate, Here));
        Assert.Null(Enter(gate, Here));
    }

    [Fact]
    public void The_oldest_unfinished_handshake_makes_room_and_pays()
    {
        var gate = Gate(new() { Handshakes = 2, FailedHandshakesPerMinute = 1 });
        var dropped = new List<int>();
        var passes = Enumerable.Range(0, 2).Select(i => gate.Enter(Here, () => dropped.Add(i))!).ToArray();
        var later = gate.Enter(There, () => dropped.Add(2));
        Assert.NotNull(later);
        Assert.Equal([0], dropped);
        Assert.True(passes[0].MadeRoom);
        Assert.Null(Enter(gate, Here));
        passes[1].Complete();
        Assert.NotNull(Enter(gate, There));
        Assert.Equal([0], dropped);
    }

    [Fact]
    public void All_connections_are_bounded_and_proven_peers_are_not_dropped_for_new_ones()
    {
        var gate = Gate(new() { Connections = 3 });
        for (var i = 0; i < 2; i++) Completed(gate, Here);
        var unfinished = Enter(gate, Here)!;
        Completed(gate, There);
        Assert.True(unfinished.MadeRoom);
        Assert.Null(Enter(gate, There));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void Whose_connections_count_together(string one, string other, bool together)
    {
        var gate = Gate(new() { ConnectionsPerAddress = 1 });
        Completed(gate, IPAddress.Parse(one));
        Assert.Equal(together, Enter(gate, IPAddress.Parse(other)) is null);
    }

    [Fact]
    public void A_flood_of_connections_is_not_a_flood_of_lines()
    {
        var gate = Gate(new() { FailedHandshakesPerMinute = 2 });
        for (var i = 0; i < 1000; i++) Enter(gate, Here)?.Dispose();
        Assert.Equal("port: 192.0.2.1 failed 2 handshakes within a minute; for now its connections are closed unanswered.", Assert.Single(_lines));
    }

    [Fact]
    public void A_flood_of_addresses_does_not_fill_memory()
    {
        var gate = Gate(new());
        var held = Completed(gate, Here);
        for (var i = 0; i < 20_000; i++) Enter(gate, new IPAddress(i + 1))?.Dispose();
        Assert.InRange(gate.Remembered, 1, 4096);
        held.Dispose();
    }

    [Fact]
    public void Calls_are_granted_at_their_rate_with_ten_seconds_worth_at_once()
    {
        var pass = Enter(Gate(new() { CallsPerSecond = 3 }), Here)!;
        Assert.Equal(30, Enumerable.Range(0, 100).Count(_ => pass.TryCall()));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(6, Enumerable.Range(0, 100).Count(_ => pass.TryCall()));
    }

    private ConnectionGate Gate(ConnectionLimits limits) => new(limits, _clock, "port", _lines.Add);

    private static ConnectionPass? Enter(ConnectionGate gate, IPAddress address) => gate.Enter(address, () => { });

    private static ConnectionPass Completed(ConnectionGate gate, IPAddress address)
    {
        var pass = Enter(gate, address)!;
        pass.Complete();
        return pass;
    }
}
