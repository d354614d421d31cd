using System.Net.Sockets;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Running;
using Mimir.Trust;
using Mimir.Trust.Revocations;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>Three hosts on a switch with wireguard-go in each; one of them is thrown out.</summary>
[Collection("interfaces of one system")]
public sealed class RevocationTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Group _group = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mimir-overlay-").FullName;
    private readonly List<OverlayHost> _overlays = [];
    private readonly List<NetworkNamespace> _hosts = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var overlay in _overlays) await overlay.DisposeAsync();
        foreach (var host in _hosts) host.Dispose();
        _group.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(RevocationKind.Name)]
    [InlineData(RevocationKind.Key)]
    public async Task Packets_of_the_revoked_stop_and_the_others_go_on(RevocationKind kind)
    {
        await StartAsync("one", "two", "three");
        var (one, two, three) = (_overlays[0], _overlays[1], _overlays[2]);
        using var listening = one.Namespace.Listen(one.Address);
        using var fromThree = await ConnectAsync(three, one, listening);
        using var fromTwo = await ConnectAsync(two, one, listening);
        await EchoAsync(fromThree);
        await EchoAsync(fromTwo);

        var entry = new RevocationEntry(kind, kind == RevocationKind.Name ? "party/three" : Convert.ToHexString(three.Identity.SpkiSha256.Span), "its key was found on a disk");
        var list = RevocationList.None.Next(Group.Now, [entry]).Sign(_group.Authority);
        // The revoked one is not told: it still has its peers and sends.
        foreach (var host in (OverlayHost[])[one, two]) RevocationFile.Write(host.Revocations, list);
        foreach (var host in (OverlayHost[])[one, two])
        {
            await host.UntilAsync(device => device.Peers is [var only] && only.PublicKey == (host == one ? two : one).Key);
            Assert.Contains(host.Log, line => line.Contains("party 'three' was revoked", StringComparison.Ordinal));
        }

        // What it sends from now on arrives nowhere: the answer that the others still get does not come, and a new key does not help it.
        await three.UntilAsync(device => device.Peers.Count == 2);
        fromThree.Asking.Send([1]);
        using var next = three.Keys.Prepare();
        three.Announce(next.PublicKey, one);
        await EchoAsync(fromTwo);
        await EchoAsync(fromTwo);
        Assert.False(fromThree.Answering.Poll(TimeSpan.FromSeconds(2), SelectMode.SelectRead));
        await one.UntilAsync(device => device.Peers is [var only] && only.PublicKey == two.Key);
    }

    private async Task StartAsync(params string[] names)
    {
        if (OverlayInterface.Obstacle() is { } obstacle) Assert.Skip(obstacle);
        try
        {
            foreach (var name in names) _hosts.Add(new(name));
            _hosts.Add(NetworkNamespace.Switch(_hosts));
        }
        catch (IOException error)
        {
            Assert.Skip($"network namespaces with a switch cannot be made here: {error.Message}");
        }
        for (var i = 0; i < names.Length; i++) _overlays.Add(new OverlayHost(_group, _folder, names[i], _hosts[i], $"10.78.0.{i + 1}"));
        foreach (var from in _overlays)
            foreach (var to in _overlays.Where(o => o != from)) from.Announce(from.Key, to);
        foreach (var overlay in _overlays) await overlay.StartAsync();
        foreach (var overlay in _overlays)
            await overlay.UntilAsync(device => PeerHealth.Of(device, Reconciliation.SessionLifetime, DateTimeOffset.UtcNow).Count(h => h.State == PeerState.Ok) == names.Length - 1);
    }

    private static async Task<Pair> ConnectAsync(OverlayHost from, OverlayHost to, Socket listening)
    {
        var asking = from.Namespace.NewClient();
        var accepting = listening.AcceptAsync();
        await asking.ConnectAsync(to.Address, 4000).WaitAsync(Patience);
        return new(asking, await accepting.WaitAsync(Patience));
    }

    private static async Task EchoAsync(Pair pair)
    {
        var buffer = new byte[1];
        await pair.Asking.SendAsync(new byte[] { 7 });
        Assert.Equal(1, await pair.Answering.ReceiveAsync(buffer).WaitAsync(Patience));
        await pair.Answering.SendAsync(buffer);
        Assert.Equal(1, await pair.Asking.ReceiveAsync(buffer).WaitAsync(Patience));
    }

    private sealed record Pair(Socket Asking, Socket Answering) : IDisposable
    {
        public void Dispose()
        {
            Asking.Dispose();
            Answering.Dispose();
        }
    }
}
