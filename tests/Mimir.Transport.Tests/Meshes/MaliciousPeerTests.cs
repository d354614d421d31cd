using System.Buffers.Binary;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Meshes;
using Mimir.Trust;

namespace Mimir.Transport.Tests.Meshes;

/// <summary>Party 1 has a valid certificate and greets properly, but writes frames of its own making.</summary>
public sealed class MaliciousPeerTests
{
    [Fact]
    public async Task A_replayed_round_number_is_named()
    {
        var error = await Assert.ThrowsAsync<MalformedMessageException>(() => HonestPartyAsync(peer => peer.Write([.. Frame(8, 0), .. Frame(8, 0)]), rounds: 2));
        Assert.Contains("party 'p1' at 127.0.0.1", error.Message);
        Assert.Contains("numbered 0 in round 1", error.Message);
    }

    [Fact]
    public async Task A_skipped_round_number_is_named()
    {
        var error = await Assert.ThrowsAsync<MalformedMessageException>(() => HonestPartyAsync(peer => peer.Write(Frame(8, 1)), rounds: 1));
        Assert.Contains("numbered 1 in round 0", error.Message);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_wrong_length_is_named_before_anything_is_read_into_memory(int length)
    {
        var error = await Assert.ThrowsAsync<MalformedMessageException>(() => HonestPartyAsync(peer => peer.Write(Frame(length, 0, payload: 8)), rounds: 1));
        Assert.Contains($"sent {unchecked((uint)length)} bytes in round 0, where 8 were due", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(19)]
    public async Task An_end_within_a_frame_is_a_lost_peer(int bytes)
    {
        var error = await Assert.ThrowsAsync<PeerLostException>(() => HonestPartyAsync(
            peer =>
            {
                peer.Write(Frame(8, 0).AsSpan(0, bytes));
                peer.Dispose();
            },
            rounds: 1));
        Assert.Contains("party 'p1' at 127.0.0.1", error.Message);
        Assert.Contains("was lost", error.Message);
    }

    [Fact]
    public async Task A_reset_is_a_lost_peer()
    {
        var error = await Assert.ThrowsAsync<PeerLostException>(() => HonestPartyAsync(peer => peer.Abort(), rounds: 1));
        Assert.Contains("party 'p1' at 127.0.0.1", error.Message);
    }

    [Fact]
    public async Task Silence_is_a_lost_peer()
    {
        var error = await Assert.ThrowsAsync<PeerLostException>(() =>
            HonestPartyAsync(_ => { }, rounds: 1, settings => settings with { StallTimeout = TimeSpan.FromMilliseconds(200) }));
        Assert.Contains("no byte moved for 0.2 s", error.Message);
    }

    [Fact]
    public async Task A_peer_that_stops_reading_is_a_lost_peer()
    {
        var error = await Assert.ThrowsAsync<PeerLostException>(() => HonestPartyAsync(
            peer => peer.Write(Frame(8, 0)), rounds: 1, settings => settings with { StallTimeout = TimeSpan.FromMilliseconds(200) }, size: 50_000_000));
        Assert.Contains("no byte moved", error.Message);
    }

    private static async Task HonestPartyAsync(Action<PeerStream> misbehave, int rounds, Func<TlsSettings, TlsSettings>? change = null, int size = 8)
    {
        await using var cluster = new Cluster();
        var honest = cluster.Settings(Role.Party, "p0");
        var listener = cluster.Listen(honest = change is null ? honest : change(honest));
        MeshPeer[] parties = [new("p0", "127.0.0.1", listener.Endpoint.Port), new("p1", "127.0.0.1", 1)];
        var connecting = TlsMeshBuilder.ConnectAsync(honest, listener, cluster.Session, 0, parties, Cluster.Deadline);
        using var cheater = await PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p1"), cluster.Dial(listener, Role.Party, "p0", Purpose.Mesh, 1));
        await using var mesh = await connecting;
        misbehave(cheater);
        for (var round = 0; round < rounds; round++)
            await mesh.ExchangeAsync(new byte[size], TlsMeshTests.Buffers(2, 8), default);
    }

    private static byte[] Frame(int length, long round, int? payload = null)
    {
        var frame = new byte[12 + (payload ?? length)];
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(4), round);
        return frame;
    }
}
