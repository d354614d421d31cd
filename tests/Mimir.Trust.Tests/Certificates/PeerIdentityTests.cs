using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Certificates;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Tests.Certificates;

public sealed class PeerIdentityTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly Clock _clock = new(Now);
    private readonly CertificateAuthority _authority;
    private readonly TrustAnchors _anchors;

    public PeerIdentityTests()
    {
        _authority = CertificateAuthority.Create(clock: _clock);
        _anchors = _authority.Anchors();
    }

    public void Dispose()
    {
        _anchors.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData(Role.Party)]
    [InlineData(Role.TripleService)]
    [InlineData(Role.Coordinator)]
    [InlineData(Role.DataOwner)]
    [InlineData(Role.ModelOwner)]
    public void What_was_issued_is_what_is_verified(Role role)
    {
        using var identity = _authority.Issue(role, "a-name.1", Day);
        var peer = PeerIdentity.Verify(identity.Certificate, _anchors, Now);
        Assert.Equal(role, peer.Role);
        Assert.Equal("a-name.1", peer.Name);
        Assert.Equal(identity.SealingKey.PublicKey, peer.SealingPublicKey);
        Assert.Equal(SHA256.HashData(identity.Certificate.PublicKey.ExportSubjectPublicKeyInfo()), peer.SpkiSha256.ToArray());
        Assert.Equal(peer.SpkiSha256, PeerIdentity.Verify(peer.CertificateDer.Span, _anchors, Now).SpkiSha256);
    }

    [Fact]
    public void A_certificate_in_another_form_or_with_something_behind_it_is_refused()
    {
        using var identity = _authority.Issue(Role.Party, "p0", Day);
        var der = identity.Certificate.RawData;
        Assert.Equal("p0", PeerIdentity.Verify(der, _anchors, Now).Name);
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify([.. der, 0], _anchors, Now));
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(System.Text.Encoding.ASCII.GetBytes(identity.Certificate.ExportCertificatePem()), _anchors, Now));
    }

    [Fact]
    public void Another_authority_is_refused()
    {
        using var other = CertificateAuthority.Create(clock: _clock);
        using var identity = other.Issue(Role.Party, "p0", Day);
        var error = Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(identity.Certificate, _anchors, Now));
        Assert.Contains("party 'p0' was not issued by this session's certificate authority", error.Message);
    }

    [Theory]
    [InlineData(25)]
    [InlineData(-1)]
    public void Outside_its_validity_it_is_refused(int hoursFromNow)
    {
        using var identity = _authority.Issue(Role.Party, "p0", Day);
        var error = Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(identity.Certificate, _anchors, Now.AddHours(hoursFromNow)));
        Assert.Contains("is valid from", error.Message);
    }

    [Fact]
    public void An_intermediate_cannot_issue()
    {
        using var intermediate = _authority.Issue(Role.Party, "p0", Day);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var sealing = SealingKeyPair.Generate();
        using var leaf = Leaf(key, sealing.PublicKey.ToArray()).Create(
            intermediate.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(intermediate.Certificate.GetECDsaPrivateKey()!), Now, Now + Day / 2, [1]);
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(leaf, _anchors, Now));
    }

    [Theory]
    [InlineData("subject", "subject that differs")]
    [InlineData("authority", "leaf")]
    [InlineData("client usage", "TLS client")]
    [InlineData("server usage", "TLS server")]
    [InlineData("no name", "no mimir:// name")]
    [InlineData("two names", "exactly one name")]
    [InlineData("role", "mimir://role/name")]
    [InlineData("path", "mimir://role/name")]
    [InlineData("no sealing key", "no sealing key")]
    [InlineData("short sealing key", "31 bytes")]
    public void A_certificate_with_another_profile_is_refused(string difference, string reason)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Leaf(key, new byte[difference == "short sealing key" ? 31 : 32], difference);
        using var certificate = request.CreateSelfSigned(Now - Day, Now + Day);
        using var self = new TrustAnchors(X509CertificateLoader.LoadCertificate(certificate.RawData));
        var error = Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(certificate, self, Now));
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void A_self_signed_leaf_is_refused_even_as_its_own_anchor()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Leaf(key, new byte[32]).CreateSelfSigned(Now - Day, Now + Day);
        using var self = new TrustAnchors(X509CertificateLoader.LoadCertificate(certificate.RawData));
        var error = Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(certificate, self, Now));
        Assert.Contains("not issued", error.Message);
    }

    [Fact]
    public void Require_names_both_the_expected_and_the_found_peer()
    {
        using var identity = _authority.Issue(Role.Party, "p1", Day);
        var peer = PeerIdentity.Verify(identity.Certificate, _anchors, Now);
        Assert.Same(peer, peer.Require(Role.Party));
        Assert.Same(peer, peer.Require(Role.Party, "p1"));
        Assert.Contains("Expected triple-service, but the certificate is that of party 'p1'", Assert.Throws<UntrustedPeerException>(() => peer.Require(Role.TripleService)).Message);
        Assert.Contains("Expected party 'p0'", Assert.Throws<UntrustedPeerException>(() => peer.Require(Role.Party, "p0")).Message);
    }

    [Fact]
    public void Damaged_bytes_are_an_untrusted_peer()
    {
        using var identity = _authority.Issue(Role.Party, "p1", Day);
        var der = identity.Certificate.RawData;
        CsCheck.Check.Sample(CsCheck.Gen.Select(CsCheck.Gen.Int[0, der.Length - 1], CsCheck.Gen.Byte[1, 255]), (at, change) =>
        {
            var damaged = der.ToArray();
            damaged[at] ^= change;
            Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(damaged, _anchors, Now));
        }, iter: 2000, seed: "0000KOIPe036");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a b")]
    public void Names_that_could_confuse_are_not_issued(string name) =>
        Assert.Throws<ArgumentException>(() => _authority.Issue(Role.Party, name, Day));

    private static CertificateRequest Leaf(ECDsa key, byte[] sealingKey, string difference = "")
    {
        var subject = CertificateProfile.Subject(difference == "subject" ? Role.Coordinator : Role.Party, "p0");
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(difference switch { "role" => "mimir://emperor/p0", "path" => "mimir://party/p0/x", _ => "mimir://party/p0" }));
        if (difference == "two names") names.AddDnsName("localhost");
        if (difference != "no name") request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(difference == "authority", false, 0, true));
        var usages = new OidCollection();
        if (difference != "server usage") usages.Add(new Oid(CertificateProfile.ServerAuthentication));
        if (difference != "client usage") usages.Add(new Oid(CertificateProfile.ClientAuthentication));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, true));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(sealingKey);
        if (difference != "no sealing key") request.CertificateExtensions.Add(new X509Extension(CertificateProfile.SealingKeyOid, writer.Encode(), false));
        return request;
    }
}
