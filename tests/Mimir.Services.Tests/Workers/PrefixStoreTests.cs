using Google.Protobuf;
using Mimir.Services.Workers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Programs;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Services.Tests.Workers;

/// <summary>Kept rows go to the owner that left them and to nobody else, and the longest unused go first.</summary>
public sealed class PrefixStoreTests : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly Dictionary<string, Identity> _identities = [];

    [Fact]
    public void Rows_are_given_to_their_owner()
    {
        using var store = new PrefixStore<Rows>(100);
        store.Keep(Session(1, "alice", 0, 0), new Rows(5, 10));
        Assert.Null(store.Take(Session(2, "alice", 0, 0)));
        Assert.Equal(3, store.Take(Session(2, "alice", 1, 3))!.Positions);
        Assert.Equal(5, store.Take(Session(3, "alice", 1, 5))!.Positions);
    }

    [Fact]
    public void Others_are_refused_in_the_same_words_as_the_unknown()
    {
        using var store = new PrefixStore<Rows>(100);
        store.Keep(Session(1, "alice", 0, 0), new Rows(5, 10));
        var another = Session(2, "bob", 1, 5);
        var renewed = Session(3, "alice", 1, 5, newKey: true);
        var longer = Session(4, "alice", 1, 6);
        var unknown = Session(5, "alice", 9, 5);
        Assert.Single(new[] { another, renewed, longer, unknown }.Select(s => Assert.Throws<ArgumentException>(() => store.Take(s)).Message).Distinct());
    }

    [Fact]
    public void The_longest_unused_go_first_and_are_zeroed()
    {
        using var store = new PrefixStore<Rows>(30);
        Rows[] rows = [new(5, 10), new(5, 10), new(5, 10), new(5, 10), new(5, 31)];
        for (var i = 0; i < 3; i++) store.Keep(Session((ulong)i + 1, "alice", 0, 0), rows[i]);
        store.Take(Session(9, "alice", 1, 5));
        store.Keep(Session(4, "alice", 0, 0), rows[3]);
        Assert.Equal([false, true, false, false], rows[..4].Select(r => r.Cleared));
        Assert.Throws<ArgumentException>(() => store.Take(Session(9, "alice", 2, 5)));
        // More than there is room for: nothing is left.
        store.Keep(Session(5, "alice", 0, 0), rows[4]);
        Assert.All(rows, r => Assert.True(r.Cleared));
    }

    [Fact]
    public void All_are_zeroed_at_the_end()
    {
        var rows = new Rows(5, 10);
        using (var store = new PrefixStore<Rows>(30)) store.Keep(Session(1, "alice", 0, 0), rows);
        Assert.True(rows.Cleared);
    }

    public void Dispose()
    {
        foreach (var identity in _identities.Values) identity.Dispose();
        _authority.Dispose();
    }

    private VerifiedSession Session(ulong id, string owner, ulong prefix, int reused, bool newKey = false)
    {
        if (newKey && _identities.Remove(owner, out var old)) old.Dispose();
        var plan = new SessionPlan
        {
            Segments = [new PromptSegment(owner, 8)],
            Uncertain = 0,
            Receivers = [owner],
            MaxTokens = 1,
            Temperature = 0,
            NoiseSeed = null,
            FractionBits = 16,
            ChebyshevDegree = 2,
            AuditRate = 0,
            BlockSteps = 1,
            ReusedRows = reused,
            KeepPrefix = true,
        };
        var descriptor = new SessionDescriptor
        {
            Session = new SessionId(0, id).ToByteString(),
            Group = new SessionId(3, 4).ToByteString(),
            Terms = SessionTermsCodec.Write(plan, new byte[32], 2, true),
            TripleService = Address(Role.TripleService, "triples"),
        };
        if (reused > 0) descriptor.Terms.PrefixSession = new SessionId(0, prefix).ToByteString();
        descriptor.Parties.Add(Address(Role.Party, "p0"));
        descriptor.Parties.Add(Address(Role.Party, "p1"));
        descriptor.Clients.Add(Peer(Role.DataOwner, owner).ToCertificate());
        return VerifiedSession.Read(descriptor.ToByteArray(), _authority.Anchors(), DateTimeOffset.UtcNow);
    }

    private WorkerAddress Address(Role role, string name) => new() { Worker = Peer(role, name).ToCertificate(), Host = "127.0.0.1", Port = 7000 };

    private PeerIdentity Peer(Role role, string name)
    {
        if (!_identities.TryGetValue(name, out var identity)) _identities[name] = identity = _authority.Issue(role, name, TimeSpan.FromHours(1));
        return PeerIdentity.Verify(identity.Certificate, _authority.Anchors(), DateTimeOffset.UtcNow);
    }

    private sealed record Rows(int Positions, long Bytes) : IKeptRows<Rows>
    {
        public bool Cleared { get; private set; }

        public Rows Copy(int rows) => new(rows, Bytes);

        public void Clear() => Cleared = true;
    }
}
