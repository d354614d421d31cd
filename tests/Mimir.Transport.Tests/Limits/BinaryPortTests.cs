using System.Security.Authentication;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Limits;
using Mimir.Trust;

namespace Mimir.Transport.Tests.Limits;

/// <summary>What strangers and bad peers can do to a node's or the Triple Service's port, over real sockets: the others stay served.</summary>
public sealed class BinaryPortTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("127.0.0.2", 60)]
    [InlineData("127.0.0.1", 10_000)]
    public async Task Half_open_connections_hold_nobody_up(string from, int failures)
    {
        await using var cluster = new Cluster();
        var listener = Listen(cluster, new() { Handshakes = 8, FailedHandshakesPerMinute = failures }, Never);
        var flood = await RawClient.FloodAsync(listener.Endpoint.Port, 100, from);
        await AssertServedAsync(cluster, listener);
        foreach (var client in flood) client.Dispose();
    }

    [Fact]
    public async Task An_address_that_fails_handshakes_is_closed_unanswered_and_others_are_served()
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        var listener = Listen(cluster, new() { FailedHandshakesPerMinute = 3 }, Never, log);
        for (var i = 0; i < 3; i++)
        {
            using var bad = await RawClient.ConnectAsync(listener.Endpoint.Port, "127.0.0.2");
            await bad.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            await bad.ReadToEndAsync();
            Assert.Contains("Refused a connection from 127.0.0.2", await log.NextAsync());
        }

        using var refused = await RawClient.ConnectAsync(listener.Endpoint.Port, "127.0.0.2");
        Assert.Empty(await refused.ReadToEndAsync());
        Assert.Contains("127.0.0.2 failed 3 handshakes within a minute", await log.NextAsync());
        await AssertServedAsync(cluster, listener);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_handshake_is_broken_off(bool afterTls)
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        var listener = Listen(cluster, new(), TimeSpan.FromMilliseconds(500), log);
        using var slow = await RawClient.ConnectAsync(listener.Endpoint.Port);
        if (afterTls)
        {
            await using var tls = await slow.SecureAsync("mimir/1", cluster.Settings(Role.Party, "slow").Identity.Certificate);
            await tls.WriteAsync("MIM"u8.ToArray());
            await Assert.ThrowsAnyAsync<IOException>(() => tls.ReadExactlyAsync(new byte[1]).AsTask());
        }
        else
        {
            await slow.SendAsync([0x16, 0x03, 0x01]);
            Assert.Empty(await slow.ReadToEndAsync());
        }

        Assert.Contains("did not finish its handshake in time", await log.NextAsync());
        await AssertServedAsync(cluster, listener);
    }

    [Fact]
    public async Task An_address_has_so_many_connections_until_one_ends()
    {
        await using var cluster = new Cluster();
        var listener = Listen(cluster, new() { ConnectionsPerAddress = 2 }, Cluster.Deadline);
        var settings = cluster.Settings(Role.Party, "p1");
        using var first = await PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p0"));
        using var second = await PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p0"));
        using var accepted = await listener.AcceptAsync(new AcceptFilter(Purpose.Tape), Cluster.Deadline);
        await Assert.ThrowsAsync<PeerLostException>(() => PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p0")));
        accepted.Dispose();
        using var third = await PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p0"));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, false)]
    public async Task Strangers_learn_nothing_and_the_next_peer_is_served(SslProtocols version, bool withCertificate)
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        var listener = Listen(cluster, new(), Never, log);
        using var stranger = await RawClient.ConnectAsync(listener.Endpoint.Port);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var tls = await stranger.SecureAsync("mimir/1", withCertificate ? cluster.Settings(Role.Party, "p1").Identity.Certificate : null, version);
            await tls.WriteAsync(new Hello(Purpose.Mesh, cluster.Session, Role.Party, "p1", 1).ToBytes());
            await tls.ReadExactlyAsync(new byte[1]);
        });
        Assert.Contains("Refused a connection from 127.0.0.1", await log.NextAsync());
        await AssertServedAsync(cluster, listener);
    }

    [Fact]
    public async Task An_oversized_greeting_is_refused_before_it_is_read()
    {
        await using var cluster = new Cluster();
        var log = new RefusalLog();
        var listener = Listen(cluster, new(), Never, log);
        using var client = await RawClient.ConnectAsync(listener.Endpoint.Port);
        await using var tls = await client.SecureAsync("mimir/1", cluster.Settings(Role.Party, "p1").Identity.Certificate);
        var head = new Hello(Purpose.Mesh, cluster.Session, Role.Party, "p1", 1).ToBytes()[..Hello.HeadLength];
        head[7] = 255;
        await tls.WriteAsync(head);
        Assert.Contains("Refused a connection from 127.0.0.1", await log.NextAsync());
        await AssertServedAsync(cluster, listener);
    }

    [Fact]
    public async Task A_peers_unawaited_connections_push_out_its_own_and_no_others()
    {
        await using var cluster = new Cluster();
        var listener = Listen(cluster, new(), Cluster.Deadline);
        using var quiet = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "quiet"), cluster.Dial(listener, Role.Party, "p0"));
        var settings = cluster.Settings(Role.Party, "greedy");
        var greedy = new List<PeerStream>();
        for (var i = 0; i < 17; i++) greedy.Add(await PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.Party, "p0")));
        var pushedOut = await Assert.ThrowsAsync<PeerLostException>(() => greedy[0].ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Cluster.Deadline));
        Assert.Contains("closed the connection", pushedOut.Message);
        using var accepted = await listener.AcceptAsync(new AcceptFilter(Purpose.Tape, Name: "quiet"), Cluster.Deadline);
        foreach (var stream in greedy) stream.Dispose();
    }

    [Fact]
    public async Task A_connection_that_nobody_awaits_is_closed_after_a_while()
    {
        await using var cluster = new Cluster();
        var listener = Listen(cluster, new() { Idle = TimeSpan.FromMilliseconds(200) }, Cluster.Deadline);
        using var early = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p1"), cluster.Dial(listener, Role.Party, "p0"));
        var error = await Assert.ThrowsAsync<PeerLostException>(() => early.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Cluster.Deadline));
        Assert.Contains("closed the connection", error.Message);
    }

    private static PeerListener Listen(Cluster cluster, ConnectionLimits limits, TimeSpan handshake, RefusalLog? log = null) =>
        cluster.Listen(cluster.Settings(Role.Party, "p0") with { Limits = limits, HandshakeTimeout = handshake }, log is null ? null : log.Add);

    private static async Task AssertServedAsync(Cluster cluster, PeerListener listener)
    {
        using var dialled = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "honest"), cluster.Dial(listener, Role.Party, "p0"));
        using var accepted = await listener.AcceptAsync(new AcceptFilter(Purpose.Tape, Name: "honest"), Cluster.Deadline);
        await dialled.WriteAsync("x"u8.ToArray());
        await accepted.ReadExactlyAsync(new byte[1]);
    }
}
