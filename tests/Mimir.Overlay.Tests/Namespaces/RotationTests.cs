using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Running;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>Two hosts (network namespaces) with wireguard-go in each, and a TCP connection between their overlay addresses.</summary>
[Collection("interfaces of one system")]
public sealed class RotationTests : IAsyncDisposable
{
    private readonly Group _group = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-overlay-").FullName;
    private readonly List<IAsyncDisposable> _overlays = [];
    private readonly List<NetworkNamespace> _hosts = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var overlay in _overlays) await overlay.DisposeAsync();
        foreach (var host in _hosts) host.Dispose();
        _group.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task No_frame_is_lost_while_both_sides_change_their_keys_under_load()
    {
        var (one, two) = await PairAsync();
        var firstKeys = (one.Key, two.Key);
        using var capture = new Capture(one.Namespace);
        var (stream, sockets) = await ConnectAsync(one, two);
        var (sending, receiving) = (stream.SendAsync(), stream.ReceiveAsync());
        await ProgressAsync(stream, receiving);
        for (var round = 0; round < 3; round++)
        {
            await one.RotateAsync(two);
            await ProgressAsync(stream, receiving);
            await two.RotateAsync(one);
            await ProgressAsync(stream, receiving);
        }
        stream.End();
        var sent = await sending.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(sent, await receiving.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(sent > 600, $"only {sent} frames were sent");
        Assert.NotEqual(firstKeys, (one.Key, two.Key));
        foreach (var socket in sockets) socket.Dispose();
        capture.Dispose();
        Assert.True(capture.Tunnelled > 1000, $"only {capture.Tunnelled} packets were seen");
        Assert.True(capture.BeforeEncryption > 1000, "the capture does not recognise the frames");
        Assert.Equal((0, 0), (capture.InTheClear, capture.Other));
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent} frames, {capture.Tunnelled} packets on the wire, 6 rotations, longest time without a frame {stream.LongestGap.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task Both_sides_may_change_their_keys_at_the_same_time()
    {
        var (one, two) = await PairAsync();
        var (stream, sockets) = await ConnectAsync(one, two);
        var (sending, receiving) = (stream.SendAsync(), stream.ReceiveAsync());
        await ProgressAsync(stream, receiving);
        await Task.WhenAll(one.RotateAsync(two), two.RotateAsync(one));
        await ProgressAsync(stream, receiving);
        stream.End();
        Assert.Equal(await sending.WaitAsync(TimeSpan.FromSeconds(60)), await receiving.WaitAsync(TimeSpan.FromSeconds(60)));
        foreach (var socket in sockets) socket.Dispose();
    }

    [Fact]
    public async Task A_peer_whose_descriptor_is_taken_away_is_cut_off_and_a_stranger_never_gets_in()
    {
        var (one, two) = await PairAsync();
        using var others = new Group();
        File.WriteAllText(Path.Combine(one.Peers, "stranger.peer"), others.Descriptor("stranger").ToString());
        File.Delete(Path.Combine(one.Peers, "two.peer"));
        await one.UntilAsync(device => device.Peers.Count == 0);
        Assert.Contains(one.Log, line => line.Contains("UntrustedCertificate", StringComparison.Ordinal));
        two.Announce(two.Key, one);
        await one.UntilAsync(device => device.Peers is [{ LastHandshake: not null }]);
    }

    [Fact]
    public async Task When_the_interface_is_removed_the_service_ends_and_nothing_is_left()
    {
        var (one, _) = await PairAsync();
        await OverlayInterface.RemoveAsync(one.Interface, default);
        await one.Running.WaitAsync(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<UapiException>(() => one.Uapi.GetAsync(default));
        await Assert.ThrowsAsync<OverlayException>(() => OverlayInterface.RemoveAsync(one.Interface, default));
    }

    [Fact]
    public async Task When_the_service_is_stopped_nothing_is_left()
    {
        var (one, _) = await PairAsync();
        await one.StopAsync();
        await Assert.ThrowsAsync<UapiException>(() => one.Uapi.GetAsync(default));
        await Assert.ThrowsAsync<OverlayException>(() => OverlayInterface.RemoveAsync(one.Interface, default));
    }

    [Fact]
    public async Task A_second_interface_of_the_same_name_is_refused()
    {
        var (one, _) = await PairAsync();
        Assert.Contains("exists already", (await Assert.ThrowsAsync<OverlayException>(() => OverlayInterface.StartAsync(one.Interface, default))).Message, StringComparison.Ordinal);
        Assert.False(one.Running.IsCompleted);
    }

    private async Task<(OverlayHost One, OverlayHost Two)> PairAsync()
    {
        if (OverlayInterface.Obstacle() is { } obstacle) Assert.Skip(obstacle);
        try
        {
            foreach (var name in (string[])["one", "two"]) _hosts.Add(new(name));
        }
        catch (IOException error)
        {
            Assert.Skip($"network namespaces cannot be made here: {error.Message}");
        }
        NetworkNamespace.Connect(_hosts[0], "10.78.0.1", _hosts[1], "10.78.0.2");
        var one = new OverlayHost(_group, _folder, "one", _hosts[0], "10.78.0.1");
        var two = new OverlayHost(_group, _folder, "two", _hosts[1], "10.78.0.2");
        one.Announce(one.Key, two);
        two.Announce(two.Key, one);
        foreach (var overlay in (OverlayHost[])[one, two])
        {
            _overlays.Add(overlay);
            await overlay.StartAsync();
        }
        foreach (var overlay in (OverlayHost[])[one, two])
            await overlay.UntilAsync(device => PeerHealth.Of(device, Reconciliation.SessionLifetime, DateTimeOffset.UtcNow) is [{ State: PeerState.Ok }]);
        return (one, two);
    }

    private static async Task<(NumberedStream Stream, IDisposable[] Sockets)> ConnectAsync(OverlayHost from, OverlayHost to)
    {
        var listener = to.Namespace.Listen(to.Address);
        var client = from.Namespace.NewClient();
        var accepting = listener.AcceptAsync();
        await client.ConnectAsync(to.Address, 4000).WaitAsync(TimeSpan.FromSeconds(60));
        var accepted = await accepting.WaitAsync(TimeSpan.FromSeconds(60));
        return (new(client, accepted), [listener, client, accepted]);
    }

    /// <summary>Waits for 100 more frames.</summary>
    private static async Task ProgressAsync(NumberedStream stream, Task receiving)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var goal = stream.Received + 100; stream.Received < goal;)
        {
            if (receiving.IsCompleted) await receiving;
            await Task.Delay(10, patience.Token);
        }
    }
}
