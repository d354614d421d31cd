using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Tests.Registration;

/// <summary>What is admitted, and each way of not being admitted with its own reason.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly Laboratory _lab = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly PeerIdentity _node;

    public RegistrationTests() => _node = _lab.Enrolled("p0");

    [Fact]
    public void Evidence_for_the_nodes_keys_name_and_connection_gives_a_certificate_that_says_so()
    {
        var request = _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel, _key);
        var peer = PeerIdentity.Verify(_lab.Registration.Admit(_node, request, Laboratory.Channel), _lab.Anchors, _lab.Clock.Now);
        Assert.Equal("party 'p0'", peer.ToString());
        Assert.Equal(_key.ExportSubjectPublicKeyInfo(), peer.PublicKeyInfo.ToArray());
        Assert.Equal(request.SealingPublicKey.ToArray(), peer.SealingPublicKey.ToArray());
        Assert.Equal(EvidenceKind.Simulated, peer.Attestation!.Kind);
        Assert.Equal(SHA256.HashData(request.Record.Evidence.Span), peer.Attestation.EvidenceSha256.ToArray());
        Assert.Equal(new byte[48], peer.Attestation.Measurement.ToArray());
        Assert.Equal(peer, _lab.Rule.Judge(peer, request.Record, _lab.Clock.Now).Peer);
        // A few hours, and then no more.
        Assert.Throws<UntrustedPeerException>(() => PeerIdentity.Verify(peer.CertificateDer.Span, _lab.Anchors, _lab.Clock.Now + TimeSpan.FromHours(2.1)));
    }

    [Fact]
    public void A_nonce_is_good_once_for_a_short_time_and_for_one_node()
    {
        var request = _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel);
        _lab.Registration.Admit(_node, request, Laboratory.Channel);
        Refused(RegistrationRefusedException.Nonce, request);

        // Replayed after a fresh challenge: neither as it was, nor with the fresh nonce put in.
        _lab.Registration.Challenge(_node);
        Refused(RegistrationRefusedException.Nonce, request);
        var fresh = _lab.Registration.Challenge(_node);
        var altered = Laboratory.Sign(_lab.Request(_node, fresh, Laboratory.Channel, _key) with { Record = request.Record with { Nonce = fresh } }, _node, _key);
        Assert.Contains(BindingCheck.Registration, Refused(RegistrationRefusedException.Evidence, altered));

        var late = _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel);
        _lab.Clock.Now += TimeSpan.FromMinutes(3);
        Refused(RegistrationRefusedException.Nonce, late);

        var other = _lab.Enrolled("p1");
        Refused(RegistrationRefusedException.Nonce, _lab.Request(_node, _lab.Registration.Challenge(other), Laboratory.Channel));
    }

    [Fact]
    public void A_failed_attempt_uses_the_nonce_up()
    {
        var nonce = _lab.Registration.Challenge(_node);
        Refused(RegistrationRefusedException.Relayed, _lab.Request(_node, nonce, [9]));
        Refused(RegistrationRefusedException.Nonce, _lab.Request(_node, nonce, Laboratory.Channel));
    }

    /// <summary>Somebody in between has two connections: the node's evidence names the one, the coordinator sees the other.</summary>
    [Fact]
    public void Relayed_evidence_is_refused_even_when_its_channel_is_rewritten()
    {
        Refused(RegistrationRefusedException.Relayed, _lab.Request(_node, _lab.Registration.Challenge(_node), [9, 9]));
        var request = _lab.Request(_node, _lab.Registration.Challenge(_node), [9, 9], _key);
        var rewritten = Laboratory.Sign(request with { Record = request.Record with { Channel = Laboratory.Channel } }, _node, _key);
        Assert.Contains(BindingCheck.Registration, Refused(RegistrationRefusedException.Evidence, rewritten));
        var none = _lab.Request(_node, _lab.Registration.Challenge(_node), []);
        Assert.Equal(RegistrationRefusedException.Relayed, Assert.Throws<RegistrationRefusedException>(() => _lab.Registration.Admit(_node, none, [])).Code);
    }

    [Fact]
    public void Evidence_for_another_key_name_or_sealing_key_is_refused()
    {
        using var thief = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var stolen = _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel);
        var signed = Laboratory.Sign(stolen with { PublicKeyInfo = thief.ExportSubjectPublicKeyInfo() }, _node, thief);
        Assert.Contains(BindingCheck.Registration, Refused(RegistrationRefusedException.Evidence, signed));

        var other = _lab.Enrolled("p1");
        var named = Laboratory.Sign(_lab.Request(other, _lab.Registration.Challenge(_node), Laboratory.Channel, _key), _node, _key);
        Assert.Contains(BindingCheck.Registration, Refused(RegistrationRefusedException.Evidence, named));

        using var sealing = SealingKeyPair.Generate();
        var resealed = _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel, _key) with { SealingPublicKey = sealing.PublicKey };
        Assert.Contains(BindingCheck.Registration, Refused(RegistrationRefusedException.Evidence, Laboratory.Sign(resealed, _node, _key)));
    }

    [Fact]
    public void A_key_that_the_node_does_not_hold_or_of_another_kind_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Refused(RegistrationRefusedException.Key, Laboratory.Sign(_lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel, _key), _node, other));
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Refused(RegistrationRefusedException.Key, _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel, large));
        Refused(RegistrationRefusedException.Key, _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel) with { PublicKeyInfo = new byte[] { 1 } });
        Refused(RegistrationRefusedException.Key, _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel) with { SealingPublicKey = new byte[31] });
    }

    [Fact]
    public void The_policy_has_the_last_word()
    {
        _lab.Against = role => role == Role.Party ? ["measurement: not in the list"] : [];
        var against = Refused(RegistrationRefusedException.Policy, _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel));
        Assert.Contains("measurement: not in the list", against);
        Assert.Contains(EvidenceCodec.Malformed, Refused(RegistrationRefusedException.Evidence, Broken()));
    }

    public void Dispose()
    {
        _key.Dispose();
        _lab.Dispose();
    }

    private RegistrationRequest Broken()
    {
        var request = _lab.Request(_node, _lab.Registration.Challenge(_node), Laboratory.Channel, _key);
        return request with { Record = request.Record with { Evidence = request.Record.Evidence[..^1] } };
    }

    private string Refused(string code, RegistrationRequest request)
    {
        var refused = Assert.Throws<RegistrationRefusedException>(() => _lab.Registration.Admit(_node, request, Laboratory.Channel));
        Assert.Equal(code, refused.Code);
        return refused.Message;
    }
}
