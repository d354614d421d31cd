using CsCheck;
using Mimir.Trust.Certificates;
using Mimir.Trust.Revocations;

namespace Mimir.Trust.Tests.Revocations;

/// <summary>Signed lists: what they end, and which are refused.</summary>
public sealed class RevocationTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(clock: new Clock(Now));
    private readonly TrustAnchors _anchors;
    private readonly Identity _identity;
    private readonly PeerIdentity _peer;

    public RevocationTests()
    {
        _anchors = _authority.Anchors();
        _identity = _authority.Issue(Role.Party, "p2", Day);
        _peer = PeerIdentity.Verify(_identity.Certificate, _anchors, Now);
    }

    public static TheoryData<string> Kinds => ["name", "serial", "key"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_a_list_names_is_refused_and_its_live_connections_are_closed(string kind)
    {
        var closed = new List<string>();
        using var other = _authority.Issue(Role.Party, "p1", Day);
        using var watchOther = _anchors.Revocations.Watch(PeerIdentity.Verify(other.Certificate, _anchors, Now), _ => closed.Add("other"));
        using var watch = _anchors.Revocations.Watch(_peer, closed.Add);
        _anchors.Revocations.Watch(_peer, _ => closed.Add("ended")).Dispose();
        Assert.True(_anchors.Accept(First(Entry(kind))));
        Assert.Equal(["party 'p2' was revoked (list 1): stolen"], closed);
        Assert.Equal(closed[0], Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(_identity.Certificate, _anchors, Now)).Message);
        Assert.Equal("p1", PeerIdentity.Verify(other.Certificate, _anchors, Now).Name);
        // A connection that is made after the list came is closed at once.
        using var late = _anchors.Revocations.Watch(_peer, _ => closed.Add("late"));
        Assert.Equal("late", closed[^1]);
    }

    [Fact]
    public void Older_forked_unsigned_and_malformed_lists_are_refused()
    {
        var first = RevocationList.None.Next(Now, [Entry("name")]);
        var second = first.Next(Now, [RevocationEntry.Of(Role.Party, "p7", "x")]);
        Assert.True(_anchors.Accept(second.Sign(_authority)));
        Assert.Equal("revocation.stale", Code(first.Sign(_authority)));
        Assert.Equal("revocation.forked", Code((second with { Time = Now + Day }).Sign(_authority)));
        using var stranger = CertificateAuthority.Create(clock: new Clock(Now));
        var third = second.Next(Now, []);
        Assert.Equal("revocation.signature", Code(third.Sign(stranger)));
        Assert.Equal("revocation.malformed", Code([1, 2, 3]));
        Assert.Equal(2UL, _anchors.Revocations.List.Version);
        var signed = third.Sign(_authority);
        Assert.True(_anchors.Accept(signed));
        Assert.False(_anchors.Accept(signed));
        Assert.Equal(signed, _anchors.Revocations.Signed.ToArray());
    }

    [Fact]
    public void No_altered_list_is_accepted()
    {
        var signed = First(Entry("name"), RevocationEntry.Of(Role.TripleService, "t", "because"));
        for (var i = 0; i < signed.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var altered = signed.ToArray();
                altered[i] ^= (byte)(1 << bit);
                Assert.Throws<RevocationRefusedException>(() => _anchors.Accept(altered));
            }
        }
        for (var length = 0; length < signed.Length; length++) Assert.Throws<RevocationRefusedException>(() => _anchors.Accept(signed.AsMemory(0, length)));
        Assert.Equal(0UL, _anchors.Revocations.List.Version);
    }

    [Fact]
    public void Any_bytes_are_refused_and_any_list_is_read_back()
    {
        Gen.Byte.Array[0, 120].Sample(bytes => { Assert.Throws<RevocationRefusedException>(() => _anchors.Accept(bytes)); }, seed: "0000KOIPe036", iter: 3000);
        var entry = Gen.Select(Gen.Int[0, 999], Gen.Char[' ', '~'].Array[1, 200], (n, reason) => RevocationEntry.Of(Role.Party, $"p{n}", new string(reason)));
        Gen.Select(Gen.ULong[1, ulong.MaxValue], Gen.Long[0, 4_000_000_000_000], entry.Array[0, 20], Gen.Byte.Array[0, 90].Array[0, 4]).Sample((version, milliseconds, entries, successors) =>
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            var list = new RevocationList(version, time, entries, [.. successors.Select(s => (ReadOnlyMemory<byte>)s)]);
            var read = RevocationCodec.Read(list.Sign(_authority));
            Assert.Equal(version, read.Version);
            Assert.Equal(time, read.Time);
            Assert.Equal(entries, read.Entries);
            Assert.Equal(successors, read.Successors.Select(s => s.ToArray()));
        }, seed: "0000KOIPe036", iter: 50);
    }

    [Fact]
    public void What_is_out_of_range_is_not_signed()
    {
        foreach (var entry in new RevocationEntry[]
            {
                new(RevocationKind.Name, "p2", "x"), new(RevocationKind.Name, "party/P2", "x"), new(RevocationKind.Serial, "0g", "x"),
                new(RevocationKind.Key, "AB", "x"), new(RevocationKind.Serial, "AB", ""), new(RevocationKind.Serial, "AB", "a\nb"), new((RevocationKind)9, "AB", "x"),
            })
            Assert.Throws<ArgumentException>(() => First(entry));
    }

    /// <summary>Both authorities count during the overlap; then the new one revokes the old one's key, and what the old one issued or signs counts no more.</summary>
    [Fact]
    public void An_authority_hands_over_to_its_successor()
    {
        using var next = CertificateAuthority.Create(clock: new Clock(Now));
        using var early = next.Issue(Role.Party, "p0", Day);
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(early.Certificate, _anchors, Now));
        var overlap = RevocationList.None.Next(Now, [], [CertificateOf(next)]);
        Assert.Equal("revocation.signature", Code(overlap.Sign(next)));
        _anchors.Accept(overlap.Sign(_authority));
        Assert.Equal("p0", PeerIdentity.Verify(early.Certificate, _anchors, Now).Name);
        Assert.Equal("p2", PeerIdentity.Verify(_identity.Certificate, _anchors, Now).Name);

        var closed = 0;
        using var watch = _anchors.Revocations.Watch(_peer, _ => closed++);
        var retired = overlap.Next(Now, [new RevocationEntry(RevocationKind.Key, _peer.IssuerSpkiSha256, "retired")]);
        _anchors.Accept(retired.Sign(next));
        Assert.Equal(1, closed);
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(_identity.Certificate, _anchors, Now));
        Assert.Equal("p0", PeerIdentity.Verify(early.Certificate, _anchors, Now).Name);
        Assert.Equal("revocation.signature", Code(retired.Next(Now, []).Sign(_authority)));
    }

    /// <summary>The successor has certified p2's key, and this process has heard of it; nobody has certified p1's.</summary>
    [Fact]
    public void A_live_connection_outlives_the_authority_that_certified_its_key_first()
    {
        using var next = CertificateAuthority.Create(clock: new Clock(Now));
        using var other = _authority.Issue(Role.Party, "p1", Day);
        var closed = new List<string>();
        using var watch = _anchors.Revocations.Watch(_peer, _ => closed.Add("p2"));
        using var watchOther = _anchors.Revocations.Watch(PeerIdentity.Verify(other.Certificate, _anchors, Now), _ => closed.Add("p1"));
        var overlap = RevocationList.None.Next(Now, [], [CertificateOf(next)]);
        _anchors.Accept(overlap.Sign(_authority));
        var former = _identity.Certificate;
        next.Renew(_identity, Day);
        PeerIdentity.Learn(_identity.Certificate.RawData, _anchors, Now);
        var retired = overlap.Next(Now, [new RevocationEntry(RevocationKind.Key, _peer.IssuerSpkiSha256, "retired")]);
        _anchors.Accept(retired.Sign(next));
        Assert.Equal(["p1"], closed);
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(former, _anchors, Now));
        Assert.Equal("p2", PeerIdentity.Verify(_identity.Certificate, _anchors, Now).Name);

        // The retired authority's word about the key is worth nothing, against it or for it.
        using var forged = _authority.Issue(Role.Party, "p2", Day, _identity.SealingKey.PublicKey.Span, _identity.Certificate.PublicKey);
        PeerIdentity.Learn(forged.RawData, _anchors, Now);
        _anchors.Accept(retired.Next(Now, [new RevocationEntry(RevocationKind.Serial, forged.SerialNumber, "never seen")]).Sign(next));
        Assert.Equal(["p1"], closed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_revoked_certificate_ends_what_another_one_of_its_key_began(bool knownBefore)
    {
        var closed = new List<string>();
        using var watch = _anchors.Revocations.Watch(_peer, closed.Add);
        using var later = _authority.Issue(Role.Party, "p2", Day, _identity.SealingKey.PublicKey.Span, _identity.Certificate.PublicKey);
        using var namesake = _authority.Issue(Role.Party, "p2", Day);
        using var watchNamesake = _anchors.Revocations.Watch(PeerIdentity.Verify(namesake.Certificate, _anchors, Now), _ => closed.Add("another key"));
        if (knownBefore) PeerIdentity.Learn(later.RawData, _anchors, Now);
        _anchors.Accept(First(new RevocationEntry(RevocationKind.Serial, later.SerialNumber, "stolen")));
        if (!knownBefore) PeerIdentity.Learn(later.RawData, _anchors, Now);
        Assert.Equal(["party 'p2' was revoked (list 1): stolen"], closed);
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(_identity.Certificate, _anchors, Now));
        Assert.Equal("p2", PeerIdentity.Verify(namesake.Certificate, _anchors, Now).Name);
    }

    [Fact]
    public void The_operators_certificate_takes_the_attested_one_with_it()
    {
        var closed = new List<string>();
        using var attested = _authority.Issue(Role.Party, "p2", Day);
        var peer = PeerIdentity.Verify(attested.Certificate, _anchors, Now);
        using var watch = _anchors.Revocations.Watch(peer, closed.Add);
        _anchors.Revocations.Link(peer, _peer);
        for (var i = 0; i < 20; i++)
        {
            // A day of renewals, each vouched for again.
            _authority.Renew(attested, Day);
            _anchors.Revocations.Link(PeerIdentity.Verify(attested.Certificate, _anchors, Now), _peer);
        }
        _anchors.Accept(First(new RevocationEntry(RevocationKind.Serial, _peer.Serial, "stolen")));
        Assert.Single(closed);
    }

    [Fact]
    public void A_successor_that_is_retired_itself_is_named_no_longer()
    {
        using var next = CertificateAuthority.Create(clock: new Clock(Now));
        using var last = CertificateAuthority.Create(clock: new Clock(Now));
        var both = RevocationList.None.Next(Now, [], [CertificateOf(next)]).Next(Now, [], [CertificateOf(next), CertificateOf(last)]);
        Assert.Equal(2, both.Successors.Count);
        using var issued = next.Issue(Role.Party, "p0", Day);
        _anchors.Accept(both.Sign(_authority));
        var retired = both.Next(Now, [new RevocationEntry(RevocationKind.Key, PeerIdentity.Verify(issued.Certificate, _anchors, Now).IssuerSpkiSha256, "retired")]);
        Assert.Equal(CertificateOf(last).ToArray(), Assert.Single(retired.Successors).ToArray());
        Assert.True(_anchors.Trusts(CertificateOf(next).Span));
        _anchors.Accept(retired.Sign(last));
        Assert.False(_anchors.Trusts(CertificateOf(next).Span));
        Assert.True(_anchors.Trusts(CertificateOf(last).Span));
    }

    [Fact]
    public void A_list_is_kept_across_restarts()
    {
        var folder = Directory.CreateTempSubdirectory("mimir-test-");
        var file = Path.Combine(folder.FullName, "revocations");
        var register = new RevocationRegister { File = file };
        using var anchors = new TrustAnchors(Roots(_authority)) { Revocations = register };
        var signed = First(Entry("name"));
        anchors.Accept(signed);
        register.Keep();
        Assert.Equal(signed, Convert.FromBase64String(File.ReadAllText(file)));
        folder.Delete(recursive: true);
    }

    public void Dispose()
    {
        _identity.Dispose();
        _anchors.Dispose();
        _authority.Dispose();
    }

    private RevocationEntry Entry(string kind) => kind switch
    {
        "name" => RevocationEntry.Of(Role.Party, "p2", "stolen"),
        "serial" => new(RevocationKind.Serial, _peer.Serial, "stolen"),
        _ => new(RevocationKind.Key, Convert.ToHexString(_peer.SpkiSha256.Span), "stolen"),
    };

    private byte[] First(params RevocationEntry[] entries) => RevocationList.None.Next(Now, entries).Sign(_authority);

    private string Code(byte[] signed) => Assert.Throws<RevocationRefusedException>(() => _anchors.Accept(signed)).Code;

    private static ReadOnlyMemory<byte> CertificateOf(CertificateAuthority authority) => Roots(authority)[0].RawData;

    private static System.Security.Cryptography.X509Certificates.X509Certificate2[] Roots(CertificateAuthority authority)
    {
        var path = Path.GetTempFileName();
        authority.SaveCertificate(path);
        var roots = TrustAnchors.LoadCertificates(path);
        File.Delete(path);
        return roots;
    }
}
