using System.Net;
using CsCheck;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Keys;
using Mimir.Trust;

namespace Mimir.Overlay.Tests.Descriptors;

public sealed class PeerDescriptorTests : IDisposable
{
    private readonly Group _group = new();

    public void Dispose() => _group.Dispose();

    [Theory]
    [InlineData("192.0.2.1:51820")]
    [InlineData("[2001:db8::1]:1")]
    public void What_was_signed_is_read_back(string endpoint)
    {
        var key = Group.NewKey();
        var peer = OverlayPeer.Verify(PeerDescriptor.Sign(_group.Party("p0"), key, IPEndPoint.Parse(endpoint), 7).ToString(), _group.Anchors, Group.Now);
        Assert.Equal((Role.Party, "p0", key, endpoint, 7ul), (peer.Identity.Role, peer.Identity.Name, peer.PublicKey, peer.Endpoint.ToString(), peer.Epoch));
        Assert.Equal(OverlayAddress.Of(Role.Party, "p0"), peer.Address);
    }

    [Theory]
    [InlineData("192.0.2.1:0")]
    [InlineData("0.0.0.0:51820")]
    [InlineData("[::]:51820")]
    public void An_endpoint_that_nobody_can_reach_is_not_signed(string endpoint) =>
        Assert.Throws<ArgumentException>(() => PeerDescriptor.Sign(_group.Party("p0"), Group.NewKey(), IPEndPoint.Parse(endpoint), 1));

    [Fact]
    public void Another_key_endpoint_or_epoch_breaks_the_signature()
    {
        var good = _group.Descriptor("p0");
        Assert.Equal(DescriptorRefusal.BadSignature, Refusal(good with { PublicKey = Group.NewKey() }));
        Assert.Equal(DescriptorRefusal.BadSignature, Refusal(good with { Endpoint = IPEndPoint.Parse("192.0.2.2:51820") }));
        Assert.Equal(DescriptorRefusal.BadSignature, Refusal(good with { Epoch = 2 }));
        Assert.Equal(DescriptorRefusal.BadSignature, Refusal(good with { Signature = new byte[64] }));
    }

    [Fact]
    public void Nobody_speaks_for_another()
    {
        var (good, other) = (_group.Descriptor("p0"), _group.Descriptor("p1"));
        Assert.Equal(DescriptorRefusal.OtherIdentity, Refusal(other with { Name = "p0" }));
        Assert.Equal(DescriptorRefusal.OtherIdentity, Refusal(other with { Role = Role.Coordinator }));
        Assert.Equal(DescriptorRefusal.BadSignature, Refusal(good with { Signature = other.Signature }));
        Assert.Equal(DescriptorRefusal.BadSignature, Refusal(other with { Certificate = good.Certificate, Name = "p0" }));
    }

    [Fact]
    public void An_address_that_is_not_the_nodes_own_is_refused()
    {
        var text = _group.Descriptor("p0").ToString();
        var stolen = text.Replace(OverlayAddress.Of(Role.Party, "p0").ToString(), OverlayAddress.Of(Role.Party, "p1").ToString(), StringComparison.Ordinal);
        Assert.Equal(DescriptorRefusal.OtherIdentity, Refusal(stolen));
    }

    [Fact]
    public void Another_authority_and_an_ended_certificate_are_refused()
    {
        using var others = new Group();
        Assert.Equal(DescriptorRefusal.UntrustedCertificate, Refusal(others.Descriptor("p0")));
        Assert.Equal(DescriptorRefusal.UntrustedCertificate, Refusal(_group.Descriptor("p0").ToString(), Group.Now.AddHours(2)));
    }

    [Fact]
    public void Any_changed_character_is_refused()
    {
        var text = _group.Descriptor("p0", 1763840000).ToString();
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char["\n\r =:/+09azAZ\u00e9"]).Where(c => text[c.Item1] != c.Item2)
            .Sample(c => Assert.Throws<DescriptorException>(() => OverlayPeer.Verify(text[..c.Item1] + c.Item2 + text[(c.Item1 + 1)..], _group.Anchors, Group.Now)), iter: 300, threads: 1);
    }

    [Fact]
    public void Any_cut_and_anything_added_is_refused()
    {
        var text = _group.Descriptor("p0").ToString();
        Gen.Int[0, text.Length - 1].Sample(length => Assert.Equal(DescriptorRefusal.Malformed, Refusal(text[..length])), iter: 200, threads: 1);
        Assert.Equal(DescriptorRefusal.Malformed, Refusal(text + "\n"));
        Assert.Equal(DescriptorRefusal.Malformed, Refusal(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
        Assert.Equal(DescriptorRefusal.Malformed, Refusal(text + new string('x', PeerDescriptor.MaxLength)));
    }

    [Fact]
    public void Any_text_is_a_descriptor_or_a_typed_refusal() => Gen.Select(Gen.String, Gen.Int[0, 8]).Sample(c =>
    {
        var lines = _group.Descriptor("p0").ToString().Split('\n');
        lines[c.Item2] = c.Item1;
        Assert.Throws<DescriptorException>(() => PeerDescriptor.Parse(c.Item1));
        Assert.IsType<DescriptorException>(Record.Exception(() => OverlayPeer.Verify(string.Join('\n', lines) + "\n", _group.Anchors, Group.Now)));
    }, iter: 200, threads: 1);

    private DescriptorRefusal Refusal(PeerDescriptor descriptor) => Refusal(descriptor.ToString());

    private DescriptorRefusal Refusal(string text, DateTimeOffset? now = null) =>
        Assert.Throws<DescriptorException>(() => OverlayPeer.Verify(text, _group.Anchors, now ?? Group.Now)).Refusal;
}
