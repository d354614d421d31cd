using Mimir.Trust.Certificates;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Tests.Sealing;

public sealed class SealedMessageTests : IDisposable
{
    private static readonly byte[] Text = "the first four tokens"u8.ToArray();
    private static readonly SealContext Context = new("mimir prompt v1", new SessionId(1, 2), 7);
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly Identity _client;
    private readonly Identity _party;
    private readonly Identity _otherParty;

    public SealedMessageTests()
    {
        _client = _authority.Issue(Role.DataOwner, "alice", TimeSpan.FromHours(1));
        _party = _authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        _otherParty = _authority.Issue(Role.Party, "p1", TimeSpan.FromHours(1));
    }

    public void Dispose()
    {
        foreach (var identity in new[] { _client, _party, _otherParty }) identity.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void What_was_sealed_opens(int length)
    {
        var text = new byte[length];
        new Random(1).NextBytes(text);
        var message = SealedMessage.Seal(_client, Peer(_party), Context, text);
        Assert.Equal(length + SealedMessage.Overhead, message.Length);
        Assert.Equal(text, SealedMessage.Open(_party, Peer(_client), Context, message));
    }

    [Fact]
    public void Two_seals_of_one_text_differ() =>
        Assert.NotEqual(SealedMessage.Seal(_client, Peer(_party), Context, Text), SealedMessage.Seal(_client, Peer(_party), Context, Text));

    [Fact]
    public void Every_altered_byte_and_every_truncation_breaks_it()
    {
        var message = SealedMessage.Seal(_client, Peer(_party), Context, Text);
        for (var at = 0; at < message.Length; at++)
        {
            var altered = message.ToArray();
            altered[at] ^= 1;
            Assert.Throws<SealBrokenException>(() => SealedMessage.Open(_party, Peer(_client), Context, altered));
            Assert.Throws<SealBrokenException>(() => SealedMessage.Open(_party, Peer(_client), Context, message.AsSpan(0, at)));
        }
    }

    [Fact]
    public void It_opens_in_no_other_place()
    {
        var message = SealedMessage.Seal(_client, Peer(_party), Context, Text);
        foreach (var other in new[] { Context with { Purpose = "mimir output v1" }, Context with { Session = new SessionId(1, 3) }, Context with { Sequence = 8 } })
            Assert.Throws<SealBrokenException>(() => SealedMessage.Open(_party, Peer(_client), other, message));
    }

    [Fact]
    public void It_opens_for_nobody_else_and_proves_its_sender()
    {
        var message = SealedMessage.Seal(_client, Peer(_party), Context, Text);
        Assert.Throws<SealBrokenException>(() => SealedMessage.Open(_otherParty, Peer(_client), Context, message));
        var error = Assert.Throws<SealBrokenException>(() => SealedMessage.Open(_party, Peer(_otherParty), Context, message));
        Assert.Contains("party 'p1'", error.Message);
    }

    [Fact]
    public void A_certificate_with_the_same_sealing_key_and_another_name_does_not_open_it()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var certificate = _authority.Issue(
            Role.DataOwner, "mallory", TimeSpan.FromHours(1), _client.SealingKey.PublicKey.Span, new System.Security.Cryptography.X509Certificates.PublicKey(key));
        using var anchors = _authority.Anchors();
        var impostor = PeerIdentity.Verify(certificate, anchors, DateTimeOffset.UtcNow);
        var message = SealedMessage.Seal(_client, Peer(_party), Context, Text);
        Assert.Throws<SealBrokenException>(() => SealedMessage.Open(_party, impostor, Context, message));
    }

    private PeerIdentity Peer(Identity identity)
    {
        using var anchors = _authority.Anchors();
        return PeerIdentity.Verify(identity.Certificate, anchors, DateTimeOffset.UtcNow);
    }
}
