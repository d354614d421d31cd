using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mimir.Services.Coordination;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Mimir.Trust.Revocations;

namespace Mimir.Services.Tests.Coordination;

/// <summary>Members exchange descriptors over real connections with the coordinator's endpoint.</summary>
public sealed class OverlayExchangeTests : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly List<IDisposable> _disposables = [];
    private readonly OverlayBoard _board;
    private readonly TlsSettings _coordinator;
    private readonly GrpcServer _server;
    private SignedRevocations? _revocations;

    public OverlayExchangeTests()
    {
        _board = new(() => _revocations);
        _coordinator = new TlsSettings { Identity = Issue(Role.Coordinator, "c"), Anchors = Anchors() };
        _server = GrpcServer.StartAsync(
            _coordinator, new IPEndPoint(IPAddress.Loopback, 0), services => services.AddSingleton(new OverlayEndpoint(_board, TimeProvider.System)),
            routes => routes.MapGrpcService<OverlayEndpoint>()).GetAwaiter().GetResult();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _disposables.Reverse();
        foreach (var disposable in _disposables) disposable.Dispose();
        await _server.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task Each_gets_what_the_others_announce_for_as_long_as_they_are_there()
    {
        var (one, two) = (Connect("p1"), Connect("p2"));
        await AnnounceAsync(one, "one");
        await AnnounceAsync(two, "two");
        await UntilAsync(one, ["one", "two"]);
        await UntilAsync(two, ["one", "two"]);
        await AnnounceAsync(two, "two, with a new key");
        await UntilAsync(one, ["one", "two, with a new key"]);
        two.Dispose();
        await UntilAsync(one, ["one"]);
    }

    [Fact]
    public async Task A_member_that_connects_again_replaces_what_it_said_before()
    {
        var (former, other) = (Connect("p1"), Connect("p2"));
        await AnnounceAsync(former, "before");
        await AnnounceAsync(other, "other");
        await UntilAsync(other, ["before", "other"]);
        var again = Connect("p1");
        await AnnounceAsync(again, "after");
        await UntilAsync(other, ["after", "other"]);
        // The former connection is ended, and its end does not take the new descriptor away.
        await Assert.ThrowsAsync<PeerLostException>(() => UntilAsync(former, ["never"]));
        await AnnounceAsync(other, "other still");
        await UntilAsync(other, ["after", "other still"]);
    }

    [Fact]
    public async Task A_list_of_revocations_arrives_and_the_revoked_is_gone_with_its_descriptor()
    {
        var (one, two) = (Connect("p1"), Connect("p2"));
        await AnnounceAsync(one, "one");
        await AnnounceAsync(two, "two");
        await UntilAsync(one, ["one", "two"]);
        var list = RevocationList.None.Next(DateTimeOffset.UtcNow, [RevocationEntry.Of(Role.Party, "p2", "stolen")]).Sign(_authority);
        _coordinator.Anchors.Accept(list);
        _revocations = new SignedRevocations { List = ByteString.CopyFrom(list) };
        _board.Tell();
        var news = await UntilAsync(one, ["one"]);
        Assert.Equal(list, news.Revocations.ToArray());
        await Assert.ThrowsAnyAsync<Exception>(() => UntilAsync(two, ["never"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(OverlayBoard.LongestDescriptor + 1)]
    public async Task A_descriptor_out_of_range_is_refused(int length)
    {
        var one = Connect("p1");
        await one.AnnounceAsync(new byte[length], Cancellation);
        Assert.Contains("8192 bytes", (await Assert.ThrowsAsync<InvalidDataException>(() => UntilAsync(one, ["never"]))).Message, StringComparison.Ordinal);
        Assert.Empty(_board.Read().Book.Descriptors);
    }

    [Fact]
    public async Task There_is_an_end_to_members()
    {
        for (var i = 0; i < OverlayBoard.MostMembers; i++) _disposables.Add(_board.Enter($"party 'q{i}'"));
        var one = Connect("p1");
        Assert.Contains("256 members", (await Assert.ThrowsAsync<InvalidDataException>(() => UntilAsync(one, ["never"]))).Message, StringComparison.Ordinal);
        // One that is there already may still come again.
        _disposables.Add(_board.Enter("party 'q0'"));
    }

    [Fact]
    public async Task Somebody_who_is_not_the_coordinator_is_told_nothing()
    {
        await using var party = await GrpcServer.StartAsync(
            new TlsSettings { Identity = Issue(Role.Party, "thief"), Anchors = Anchors() }, new IPEndPoint(IPAddress.Loopback, 0),
            services => services.AddSingleton(new OverlayEndpoint(_board, TimeProvider.System)), routes => routes.MapGrpcService<OverlayEndpoint>(), cancellation: Cancellation);
        var one = Connect("p1", party.Port);
        await Assert.ThrowsAsync<UntrustedPeerException>(() => UntilAsync(one, ["never"]));
    }

    private static async Task AnnounceAsync(OverlayLink link, string text) => await link.AnnounceAsync(Encoding.ASCII.GetBytes(text), Cancellation);

    /// <summary>Reads until the relayed descriptors are <paramref name="wanted"/>.</summary>
    private static async Task<OverlayNews> UntilAsync(OverlayLink link, string[] wanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await foreach (var news in link.ReadAllAsync(patience.Token))
            if (news.Descriptors.Select(d => Encoding.ASCII.GetString(d.Span)).Order(StringComparer.Ordinal).SequenceEqual(wanted)) return news;
        throw new InvalidOperationException("the news ended");
    }

    private OverlayLink Connect(string name, int? port = null)
    {
        var link = new OverlayLink(Issue(Role.Party, name), Anchors(), new HostAddress("127.0.0.1", port ?? _server.Port));
        _disposables.Add(link);
        return link;
    }

    private Identity Issue(Role role, string name)
    {
        var identity = _authority.Issue(role, name, TimeSpan.FromHours(1));
        _disposables.Add(identity);
        return identity;
    }

    private TrustAnchors Anchors()
    {
        var anchors = _authority.Anchors();
        _disposables.Add(anchors);
        return anchors;
    }
}
