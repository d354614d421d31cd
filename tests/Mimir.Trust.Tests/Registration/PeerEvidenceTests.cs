using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Tests.Registration;

/// <summary>What a peer checks for itself, when coordinator and authority lie.</summary>
public sealed class PeerEvidenceTests : IDisposable
{
    private readonly Laboratory _lab = new();
    private readonly PeerIdentity _node;
    private readonly RegistrationRequest _request;
    private readonly PeerIdentity _peer;

    public PeerEvidenceTests()
    {
        _node = _lab.Enrolled("p0");
        _request = _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel);
        _peer = PeerIdentity.Verify(_lab.Registration.Admit(_node, _request, Laboratory.Channel), _lab.Anchors, _lab.Clock.Now);
    }

    [Fact]
    public void A_certificate_without_evidence_connects_nowhere_where_evidence_is_demanded()
    {
        Assert.Contains("without evidence", Assert.Throws<UntrustedPeerException>(() => _lab.Anchors.RequireAttested(_node)).Message);
        Assert.Same(_peer, _lab.Anchors.RequireAttested(_peer));
        Assert.Same(_node, _lab.Plain.RequireAttested(_node));
        var owner = _lab.Enrolled("alice", Role.DataOwner);
        Assert.Same(owner, _lab.Anchors.RequireAttested(owner));
    }

    [Fact]
    public void No_record_another_nonce_or_channel_are_refused()
    {
        Refused(null);
        Refused(_request.Record with { Nonce = new byte[Challenges.NonceSize] });
        Refused(_request.Record with { Nonce = new byte[3] });
        Refused(_request.Record with { Channel = new byte[] { 7 } });
        Refused(_request.Record with { Channel = new byte[AttestationRecord.LongestChannel + 1] });
        Refused(_request.Record with { Evidence = new byte[9] });
        Assert.Throws<UntrustedPeerException>(() => _lab.Rule.Judge(_node, _request.Record, _lab.Clock.Now));
    }

    /// <summary>An authority that puts keys of its own beside a node's evidence.</summary>
    [Fact]
    public void A_certificate_for_other_keys_than_the_evidence_is_bound_to_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var sealing = SealingKeyPair.Generate();
        var signing = PublicKey.CreateFromSubjectPublicKeyInfo(_request.PublicKeyInfo.Span, out _);
        foreach (var (publicKey, sealingKey) in new[] { (new PublicKey(key), _request.SealingPublicKey), (signing, sealing.PublicKey) })
        {
            using var forged = _lab.Authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1), sealingKey.Span, publicKey, _peer.Attestation);
            var peer = PeerIdentity.Verify(forged, _lab.Anchors, _lab.Clock.Now);
            Assert.Contains(BindingCheck.Registration, Assert.Throws<UntrustedPeerException>(() => _lab.Rule.Judge(peer, _request.Record, _lab.Clock.Now)).Message);
        }
    }

    [Fact]
    public void A_certificate_that_names_other_evidence_is_refused()
    {
        var stamp = _peer.Attestation! with { EvidenceSha256 = new byte[32] };
        using var other = _lab.Authority.Issue(
            Role.Party, "p0", TimeSpan.FromHours(1), _request.SealingPublicKey.Span, PublicKey.CreateFromSubjectPublicKeyInfo(_request.PublicKeyInfo.Span, out _), stamp);
        var peer = PeerIdentity.Verify(other, _lab.Anchors, _lab.Clock.Now);
        Assert.Contains("other evidence", Assert.Throws<UntrustedPeerException>(() => _lab.Rule.Judge(peer, _request.Record, _lab.Clock.Now)).Message);
    }

    [Fact]
    public void Members_are_judged_together()
    {
        var attested = _lab.Rule.Judge(_peer, _request.Record, _lab.Clock.Now);
        _lab.Rule.RequireQuorum([attested]);
        _lab.AgainstMembers = ["quorum.vendors: 1 of 2"];
        Assert.Contains("quorum.vendors", Assert.Throws<PolicyRefusedException>(() => _lab.Rule.RequireQuorum([attested])).Message);
    }

    /// <summary>The certificate of every renewal is for the same keys; none other is taken.</summary>
    [Fact]
    public void An_identity_is_renewed_for_the_same_keys_only()
    {
        using var identity = _lab.Authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        using var again = _lab.Authority.Issue(Role.Party, "p0", TimeSpan.FromHours(5), identity.SealingKey.PublicKey.Span, identity.Certificate.PublicKey);
        var former = identity.Certificate;
        identity.Renew(again.RawData);
        Assert.Equal(again.SerialNumber, identity.Certificate.SerialNumber);
        Assert.True(identity.Certificate.HasPrivateKey);
        Assert.NotEqual(nint.Zero, former.Handle);
        using var stranger = _lab.Authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        Assert.Throws<UntrustedPeerException>(() => identity.Renew(stranger.Certificate.RawData));
        using var renamed = _lab.Authority.Issue(Role.Party, "p1", TimeSpan.FromHours(1), identity.SealingKey.PublicKey.Span, identity.Certificate.PublicKey);
        Assert.Throws<UntrustedPeerException>(() => identity.Renew(renamed.RawData));
    }

    public void Dispose() => _lab.Dispose();

    private void Refused(AttestationRecord? record) => Assert.Throws<UntrustedPeerException>(() => _lab.Rule.Judge(_peer, record, _lab.Clock.Now));
}
