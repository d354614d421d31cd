using System.Net;
using CsCheck;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Running;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tests.Running;

public sealed class ReconciliationTests : IDisposable
{
    private readonly Group _group = new();
    private readonly WireGuardKeyPair _key = WireGuardKeyPair.Generate();
    private readonly OverlaySelf _self;
    private UapiDevice _device = new(null, 0, []);

    public ReconciliationTests() => _self = new(_group.Party("p0"), _key, 51820);

    public void Dispose()
    {
        _key.Dispose();
        _group.Dispose();
    }

    [Fact]
    public void An_empty_interface_gets_key_port_and_peers_and_then_nothing_more()
    {
        var peer = _group.Peer("p1");
        Apply(peer);
        Assert.Equal((_key.PublicKey, 51820), (_device.PublicKey, _device.ListenPort));
        Assert.Equal(peer.PublicKey, HolderOf(peer));
        Assert.True(Plan(peer).IsEmpty);
    }

    [Fact]
    public void A_peers_new_key_waits_for_its_handshake_and_then_takes_the_address()
    {
        var (old, next) = (_group.Peer("p1", 1), _group.Peer("p1", 2));
        Apply(old);
        Handshake(old.PublicKey);
        Apply(next);
        Assert.Equal(old.PublicKey, HolderOf(next));
        Assert.Equal(2, _device.Peers.Count);
        Assert.True(Reconciliation.IsWaiting([next], _device));
        Assert.True(Plan(next).IsEmpty);
        Handshake(next.PublicKey);
        Apply(next);
        Assert.Equal(next.PublicKey, HolderOf(next));
        Assert.Single(_device.Peers);
        Assert.False(Reconciliation.IsWaiting([next], _device));
    }

    [Fact]
    public void A_dead_session_is_not_waited_for()
    {
        var (old, next) = (_group.Peer("p1", 1), _group.Peer("p1", 2));
        Apply(old);
        Handshake(old.PublicKey, Group.Now - Reconciliation.SessionLifetime);
        Apply(next);
        Assert.Equal(next.PublicKey, HolderOf(next));
        Assert.Equal(next.PublicKey, Assert.Single(_device.Peers).PublicKey);
    }

    [Fact]
    public void A_peer_without_a_descriptor_is_removed_at_once()
    {
        var (one, two) = (_group.Peer("p1"), _group.Peer("p2"));
        Apply(one, two);
        Handshake(one.PublicKey);
        Apply(two);
        Assert.Equal(two.PublicKey, Assert.Single(_device.Peers).PublicKey);
    }

    [Fact]
    public void A_new_key_of_ones_own_greets_every_peer_and_changes_no_route()
    {
        var (old, next) = (_group.Peer("p1", 1), _group.Peer("p1", 2));
        Apply(old);
        Handshake(old.PublicKey);
        Apply(next);
        using var another = WireGuardKeyPair.Generate();
        using var change = Reconciliation.Plan(_self with { Key = another }, [next], _device, Group.Now);
        Assert.Equal(another.PublicKey, change.Key!.PublicKey);
        Assert.Equal([next.PublicKey, old.PublicKey], change.Peers.Where(p => p.Greet).Select(p => p.PublicKey));
        Assert.All(change.Peers, p => Assert.Null(p.Address));
        Assert.All(change.Peers, p => Assert.False(p.Remove));
    }

    [Fact]
    public void A_peer_has_the_preshared_key_of_both_certificates()
    {
        var peer = _group.Peer("p1");
        Apply(peer);
        Assert.Equal(PresharedKey.Derive(_group.Party("p0"), peer.Identity), _device.Peers[0].PresharedKey);
        Array.Clear(_device.Peers[0].PresharedKey);
        Assert.NotNull(Assert.Single(Plan(peer).Peers).PresharedKey);
    }

    /// <summary>Whatever keys, handshakes and departures come in whatever order: a fresh session is never cut while its node is a peer, and every peer keeps a route.</summary>
    [Fact]
    public void No_order_of_events_cuts_a_session_or_a_route()
    {
        var peers = Enumerable.Range(1, 3).Select(p => Enumerable.Range(1, 4).Select(e => _group.Peer($"p{p}", (ulong)e)).ToArray()).ToArray();
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3]).Array[1, 30].Sample(events =>
        {
            _device = new(null, 0, []);
            var newest = new int[3];
            foreach (var (who, what) in events)
            {
                // 0: its next key; 1: handshake with its newest; 2: with whichever holds its address; 3: time passes.
                if (what == 0) newest[who] = Math.Min(3, newest[who] + 1);
                var present = peers.Select((p, i) => p[newest[i]]).ToArray();
                if (what == 1) Handshake(present[who].PublicKey);
                if (what == 2 && HolderOf(present[who]) is { } holder) Handshake(holder);
                var before = present.Select(HolderOf).ToArray();
                Apply(present);
                for (var i = 0; i < 3; i++)
                {
                    var after = HolderOf(present[i]);
                    Assert.NotNull(after);
                    if (before[i] is { } had && had != after) Assert.True(!HasSession(had) || HasSession(present[i].PublicKey));
                    Assert.True(after == present[i].PublicKey || HasSession(after.Value));
                }
                using var again = Plan(present);
                Assert.True(again.IsEmpty);
            }
        }, iter: 200, threads: 1);
        bool HasSession(WireGuardPublicKey key) => _device.Peers.Any(p => p.PublicKey == key && p.LastHandshake is not null);
    }

    private DeviceChange Plan(params OverlayPeer[] peers) => Reconciliation.Plan(_self, peers, _device, Group.Now);

    /// <summary>What WireGuard does with a change.</summary>
    private void Apply(params OverlayPeer[] peers)
    {
        var change = Plan(peers);
        var all = _device.Peers.ToList();
        foreach (var peer in change.Peers)
        {
            var at = all.FindIndex(p => p.PublicKey == peer.PublicKey);
            if (peer.Remove)
            {
                all.RemoveAt(at);
                continue;
            }
            if (at < 0)
            {
                at = all.Count;
                all.Add(new(peer.PublicKey));
            }
            if (peer.Address is { } address)
            {
                var network = new IPNetwork(address, 128);
                for (var i = 0; i < all.Count; i++) all[i] = all[i] with { AllowedAddresses = [.. all[i].AllowedAddresses.Where(a => !a.Equals(network))] };
                all[at] = all[at] with { AllowedAddresses = [network] };
            }
            all[at] = all[at] with
            {
                Endpoint = peer.Endpoint ?? all[at].Endpoint,
                KeepaliveSeconds = peer.Greet ? DeviceChange.KeepaliveSeconds : all[at].KeepaliveSeconds,
                PresharedKey = peer.PresharedKey ?? all[at].PresharedKey,
            };
        }
        _device = new(change.Key?.PublicKey ?? _device.PublicKey, change.ListenPort ?? _device.ListenPort, all);
    }

    private void Handshake(WireGuardPublicKey key, DateTimeOffset? time = null) =>
        _device = _device with { Peers = [.. _device.Peers.Select(p => p.PublicKey == key ? p with { LastHandshake = time ?? Group.Now } : p)] };

    private WireGuardPublicKey? HolderOf(OverlayPeer peer) =>
        _device.Peers.FirstOrDefault(p => p.AllowedAddresses.Contains(new IPNetwork(peer.Address, 128)))?.PublicKey;
}
