using System.Diagnostics;
using Mimir.Cli.Benching.Networks;

namespace Mimir.Cli.Tests.Benching;

public sealed class UplinkTests
{
    // One packet of 1,000 bytes leaves in a millisecond and travels ten.
    private const double Rate = 1e6, Delay = 0.010;
    private static readonly long Millisecond = Stopwatch.Frequency / 1000;

    [Fact]
    public void Packets_leave_one_after_another_and_arrive_a_delay_later()
    {
        var uplink = new Uplink(1500);
        for (var i = 0; i < 3; i++) Send(uplink, (byte)i, 1000, now: 5 * Millisecond);
        for (var i = 0; i < 3; i++)
        {
            var arrival = (5 + i + 1 + 10) * Millisecond;
            Assert.Equal(arrival, uplink.NextArrival);
            Assert.False(uplink.TryReceive(arrival - 1, out _, out _));
            Assert.True(uplink.TryReceive(arrival, out var packet, out var to));
            Assert.Equal((1000, (byte)i, 7), (packet.Length, packet[0], to));
        }
        Assert.Equal(long.MaxValue, uplink.NextArrival);
    }

    [Fact]
    public void An_idle_link_sends_at_once()
    {
        var uplink = new Uplink(1500);
        Send(uplink, 1, 1000, 0);
        Send(uplink, 2, 500, 100 * Millisecond);
        Assert.True(uplink.TryReceive(11 * Millisecond, out _, out _));
        Assert.Equal(100 * Millisecond + Millisecond / 2 + 10 * Millisecond, uplink.NextArrival);
    }

    [Fact]
    public void A_thousand_packets_wait_and_further_ones_are_lost()
    {
        var uplink = new Uplink(1000);
        for (var i = 0; i < 1200; i++) Send(uplink, 0, 1000, 0);
        var received = 0;
        while (uplink.TryReceive(long.MaxValue - 1, out _, out _)) received++;
        Assert.Equal(1000, received);
    }

    private static void Send(Uplink uplink, byte first, int length, long now)
    {
        uplink.Room[0] = first;
        uplink.Send(length, 7, now, Rate, Delay);
    }
}
