using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;
using Mimir.Trust.Revocations;

namespace Mimir.Transport.Tests.Connections;

/// <summary>Live connections of a revoked peer, connections of one without evidence, and of one with another key than was examined.</summary>
public sealed class RevokedPeerTests
{
    [Fact]
    public async Task A_live_connection_ends_with_the_reason_and_no_other_is_made()
    {
        await using var cluster = new Cluster();
        var refusals = new RefusalLog();
        var listener = cluster.Listen(cluster.Settings(Role.TripleService, "t"), refusals.Add, Role.Party);
        var settings = cluster.Settings(Role.Party, "p2");
        var dialled = await PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.TripleService, "t"));
        var accepted = await listener.AcceptAsync(new AcceptFilter(Purpose.Tape, cluster.Session), Cluster.Deadline);
        var reading = accepted.ReadAsync(new byte[1]).AsTask();
        cluster.Anchors.Accept(RevocationList.None.Next(DateTimeOffset.UtcNow, [RevocationEntry.Of(Role.Party, "p2", "key stolen")]).Sign(cluster.Authority));
        var lost = await Assert.ThrowsAsync<PeerLostException>(() => reading.WaitAsync(Cluster.Deadline));
        Assert.Contains("party 'p2' was revoked (list 1): key stolen", lost.Message);
        await Assert.ThrowsAsync<PeerLostException>(() => dialled.ReadAsync(new byte[1]).AsTask().WaitAsync(Cluster.Deadline));
        var again = await PeerDialer.ConnectAsync(settings, cluster.Dial(listener, Role.TripleService, "t")).ContinueWith(t => t.Exception);
        Assert.NotNull(again);
        Assert.Contains("key stolen", await refusals.NextAsync());
        await dialled.DisposeAsync();
        await accepted.DisposeAsync();
    }

    [Fact]
    public async Task A_party_without_evidence_is_refused_where_evidence_is_demanded()
    {
        await using var cluster = new Cluster();
        using var strict = cluster.Authority.Anchors(new AttestationRule(AcceptedKinds.Lab, [], (_, _) => [], _ => []));
        var refusals = new RefusalLog();
        var listener = cluster.Listen(cluster.Settings(Role.TripleService, "t") with { Anchors = strict }, refusals.Add, Role.Party, Role.ModelOwner);
        await Assert.ThrowsAnyAsync<Exception>(() => PeerDialer.ConnectAsync(cluster.Settings(Role.Party, "p0"), cluster.Dial(listener, Role.TripleService, "t")));
        Assert.Contains("without evidence", await refusals.NextAsync());
        await using var owner = await PeerDialer.ConnectAsync(cluster.Settings(Role.ModelOwner, "m"), cluster.Dial(listener, Role.TripleService, "t"));
        var refused = await Assert.ThrowsAsync<UntrustedPeerException>(
            () => PeerDialer.ConnectAsync(cluster.Settings(Role.ModelOwner, "m") with { Anchors = strict }, cluster.Dial(listener, Role.TripleService, "t")));
        Assert.Contains("without evidence", refused.Message);
    }

    [Fact]
    public async Task Another_key_under_the_same_name_is_not_taken()
    {
        await using var cluster = new Cluster();
        var serving = cluster.Settings(Role.TripleService, "t");
        var listener = cluster.Listen(serving, null, Role.Party);
        var (settings, other) = (cluster.Settings(Role.Party, "p0"), cluster.Settings(Role.Party, "p0"));
        var request = cluster.Dial(listener, Role.TripleService, "t");
        var refused = await Assert.ThrowsAsync<UntrustedPeerException>(() => PeerDialer.ConnectAsync(settings, request with { ExpectedKey = other.Identity.SpkiSha256 }));
        Assert.Contains("another key", refused.Message);
        await using var impostor = await PeerDialer.ConnectAsync(other, request with { ExpectedKey = serving.Identity.SpkiSha256 });
        var filter = new AcceptFilter(Purpose.Tape, cluster.Session, Role.Party, "p0", Key: settings.Identity.SpkiSha256);
        await using var genuine = await PeerDialer.ConnectAsync(settings, request);
        await using var taken = await listener.AcceptAsync(filter, Cluster.Deadline);
        Assert.Equal(settings.Identity.SpkiSha256, taken.Peer.Identity!.SpkiSha256);
    }
}
