using System.Security.Cryptography;
using Mimir.Trust.Audit;
using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Trust.Tests.KeyRelease;

/// <summary>Three organisations hold a key, two release it. The evidence here is a signature over (nonce, key), by a key that plays the machine's vendor.</summary>
public sealed class ThresholdKeyReleaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly ECDsa _vendor = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DataKey _key = DataKey.Generate("weights");
    private readonly Identity _node;
    private readonly Clock _clock = new(DateTimeOffset.UtcNow);
    private readonly List<KeyReleased> _released = [];
    private readonly KeyDeal _deal;
    private readonly List<LocalSource> _sources = [];

    public ThresholdKeyReleaseTests()
    {
        _node = _authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        (_deal, var shares) = KeyDeal.Split(_key.Name, _key.Bytes, 2, 3);
        foreach (var share in shares)
        {
            var identity = _authority.Issue(Role.ModelOwner, $"org-{share.Index}", TimeSpan.FromHours(1));
            _sources.Add(new LocalSource(identity, Peer(identity), new ShareHolder(identity, share, JudgeAsync, new Log(_released), _clock), Peer(_node)));
        }
    }

    public void Dispose()
    {
        _node.Dispose();
        _sources.ForEach(s => s.Identity.Dispose());
        _authority.Dispose();
        _vendor.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_attested_node_gets_the_key_and_every_release_is_in_a_log()
    {
        using var key = await Release(AttestAsync);
        Assert.True(key.Bytes.SequenceEqual(_key.Bytes));
        Assert.True(_released.Count >= 2);
        Assert.All(_released, r => Assert.True(r.Recipient.Span.SequenceEqual(_node.SpkiSha256.Span)));
    }

    [Fact]
    public async Task Two_holders_are_enough_and_one_is_not()
    {
        _sources[1].Gone = true;
        using (await Release(AttestAsync)) { }
        _sources[0].Gone = true;
        var error = await Assert.ThrowsAsync<KeyReleaseException>(() => Release(AttestAsync));
        Assert.Equal(KeyRefusal.TooFewShares, error.Refusal);
        Assert.Contains("model-owner 'org-1': unreachable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_true_evidence_nothing_is_released()
    {
        var error = await Assert.ThrowsAsync<KeyReleaseException>(() => Release((_, _, _) => Task.FromResult(new byte[64])));
        Assert.Contains("model-owner 'org-2': evidence-refused", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyReleaseException>(() => Release((spki, nonce, stop) => AttestAsync(spki, new byte[32], stop)));
        await Assert.ThrowsAsync<KeyReleaseException>(() => Release((_, nonce, stop) => AttestAsync(_sources[0].Peer.CertificateDer, nonce, stop)));
        Assert.Empty(_released);
    }

    [Fact]
    public async Task A_wrong_share_is_named_and_does_not_spoil_the_others()
    {
        var (_, others) = KeyDeal.Split(_key.Name, new byte[32], 2, 3);
        var liar = _sources[2].Identity;
        _sources[2] = new LocalSource(liar, Peer(liar), new ShareHolder(liar, others[2], JudgeAsync, null, _clock), Peer(_node));
        using (await Release(AttestAsync)) { }
        _sources[0].Gone = true;
        var error = await Assert.ThrowsAsync<KeyReleaseException>(() => Release(AttestAsync));
        Assert.Contains("model-owner 'org-3': wrong-share", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_share_altered_or_from_another_holder_on_its_way_is_refused()
    {
        _sources[0].Alter = message =>
        {
            message[^1] ^= 1;
            return message;
        };
        _sources[1].Gone = true;
        var error = await Assert.ThrowsAsync<KeyReleaseException>(() => Release(AttestAsync));
        Assert.Contains("model-owner 'org-1': not-for-this-key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_the_attested_key_with_another_sealing_key_gets_nothing()
    {
        using var mallory = Mimir.Trust.Sealing.SealingKeyPair.Generate();
        using var certificate = _authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1), mallory.PublicKey.Span, _node.Certificate.PublicKey);
        using var anchors = _authority.Anchors();
        var impostor = PeerIdentity.Verify(certificate, anchors, DateTimeOffset.UtcNow);
        var holder = _sources[0].Holding;
        var challenge = holder.Challenge("weights", impostor);
        // The true node answers a challenge that was relayed to it.
        var evidence = await AttestAsync(SpkiOf(impostor), ReleaseClaim.BoundNonce("weights", challenge, _node.SealingKey.PublicKey.Span), default);
        var error = await Assert.ThrowsAsync<KeyReleaseException>(() => holder.ReleaseAsync("weights", impostor, new ShareAnswer(challenge, mallory.PublicKey, evidence), default));
        Assert.Equal(KeyRefusal.EvidenceRefused, error.Refusal);
    }

    [Fact]
    public async Task A_challenge_counts_once_for_one_requester_and_a_minute()
    {
        var (holder, node) = (_sources[0].Holding, Peer(_node));
        async Task<KeyRefusal?> AnswerAsync(byte[] challenge, PeerIdentity who)
        {
            var nonce = ReleaseClaim.BoundNonce("weights", challenge, who.SealingPublicKey.Span);
            var evidence = await AttestAsync(SpkiOf(who), nonce, default);
            try
            {
                await holder.ReleaseAsync("weights", who, new ShareAnswer(challenge, who.SealingPublicKey, evidence), default);
                return null;
            }
            catch (KeyReleaseException error)
            {
                return error.Refusal;
            }
        }
        var challenge = holder.Challenge("weights", node);
        Assert.Null(await AnswerAsync(challenge, node));
        Assert.Equal(KeyRefusal.ChallengeUnknown, await AnswerAsync(challenge, node));
        Assert.Equal(KeyRefusal.ChallengeUnknown, await AnswerAsync(new byte[32], node));
        Assert.Equal(KeyRefusal.ChallengeUnknown, await AnswerAsync(holder.Challenge("weights", node), _sources[1].Peer));
        var late = holder.Challenge("weights", node);
        _clock.Now += TimeSpan.FromMinutes(2);
        Assert.Equal(KeyRefusal.ChallengeUnknown, await AnswerAsync(late, node));
        for (var i = 0; i < 16; i++) holder.Challenge("weights", node);
        Assert.Equal(KeyRefusal.Denied, Assert.Throws<KeyReleaseException>(() => holder.Challenge("weights", node)).Refusal);
        Assert.Equal(KeyRefusal.UnknownKey, Assert.Throws<KeyReleaseException>(() => holder.Challenge("other", node)).Refusal);
    }

    /// <summary>No key, and the point to which everybody knows the shared secret.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    public async Task A_recipient_key_that_is_none_is_refused(int length)
    {
        var (holder, node) = (_sources[0].Holding, Peer(_node));
        var challenge = holder.Challenge("weights", node);
        var evidence = await AttestAsync(SpkiOf(node), ReleaseClaim.BoundNonce("weights", challenge, new byte[length]), default);
        var error = await Assert.ThrowsAsync<KeyReleaseException>(() => holder.ReleaseAsync("weights", node, new ShareAnswer(challenge, new byte[length], evidence), default));
        Assert.Equal(KeyRefusal.MalformedAnswer, error.Refusal);
    }

    /// <summary>Devices take one command at a time.</summary>
    [Fact]
    public async Task Evidence_is_made_one_at_a_time_and_not_broken_off()
    {
        var (inside, ended) = (0, 0);
        using (await Release(async (spki, nonce, stop) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            await Task.Yield();
            Assert.False(stop.IsCancellationRequested);
            Interlocked.Decrement(ref inside);
            Interlocked.Increment(ref ended);
            return await AttestAsync(spki, nonce, stop);
        })) { }
        Assert.InRange(ended, 2, 3);
    }

    [Fact]
    public async Task A_machine_that_gives_no_evidence_says_why_and_shares_that_came_are_dropped()
    {
        var asked = 0;
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Release((spki, nonce, stop) =>
            Interlocked.Increment(ref asked) == 1 ? AttestAsync(spki, nonce, stop) : throw new InvalidOperationException("no device")));
        Assert.Equal("no device", error.Message);
    }

    [Fact]
    public async Task A_holder_that_gave_nothing_is_named_though_the_others_were_enough()
    {
        _sources[0].Gone = true;
        var said = new List<string>();
        using (await new ThresholdKeyRelease(_node, _deal, _sources, AttestAsync, said.Add).ReleaseAsync("weights", default)) { }
        Assert.Equal("no share of 'weights' from model-owner 'org-1': unreachable", Assert.Single(said));
    }

    [Fact]
    public async Task What_cannot_be_logged_is_not_released()
    {
        var holder = new ShareHolder(_sources[0].Identity, KeyDeal.Split("weights", new byte[32], 1, 1).Shares[0], (_, _) => Task.FromResult(true), new BrokenLog());
        var challenge = holder.Challenge("weights", Peer(_node));
        await Assert.ThrowsAsync<AuditLogException>(() => holder.ReleaseAsync("weights", Peer(_node), new ShareAnswer(challenge, Peer(_node).SealingPublicKey, new byte[1]), default));
    }

    [Fact]
    public async Task Local_keys_are_found_by_name()
    {
        DataKeyFile.Save(_folder["weights.key"], _key);
        var local = new LocalKeyRelease(_folder.Path);
        using (var key = await local.ReleaseAsync("weights", default)) Assert.True(key.Bytes.SequenceEqual(_key.Bytes));
        Assert.Equal(KeyRefusal.UnknownKey, (await Assert.ThrowsAsync<KeyReleaseException>(() => local.ReleaseAsync("other", default))).Refusal);
        File.Copy(_folder["weights.key"], _folder["other.key"]);
        Assert.Equal(KeyRefusal.MalformedAnswer, (await Assert.ThrowsAsync<KeyReleaseException>(() => local.ReleaseAsync("other", default))).Refusal);
    }

    private Task<DataKey> Release(KeyAttester attester) => new ThresholdKeyRelease(_node, _deal, _sources, attester).ReleaseAsync("weights", default);

    private Task<byte[]> AttestAsync(ReadOnlyMemory<byte> spki, ReadOnlyMemory<byte> nonce, CancellationToken cancellation) =>
        Task.FromResult(_vendor.SignData([.. nonce.Span, .. spki.Span], HashAlgorithmName.SHA256));

    private Task<bool> JudgeAsync(ReleaseClaim claim, CancellationToken cancellation) =>
        Task.FromResult(_vendor.VerifyData([.. claim.Nonce.Span, .. SpkiOf(claim.Requester)], claim.Evidence.Span, HashAlgorithmName.SHA256));

    private static byte[] SpkiOf(PeerIdentity peer)
    {
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(peer.CertificateDer.Span);
        return certificate.PublicKey.ExportSubjectPublicKeyInfo();
    }

    private PeerIdentity Peer(Identity identity)
    {
        using var anchors = _authority.Anchors();
        return PeerIdentity.Verify(identity.Certificate, anchors, DateTimeOffset.UtcNow);
    }

    private sealed class LocalSource(Identity identity, PeerIdentity peer, ShareHolder holder, PeerIdentity requester) : IShareSource
    {
        public Identity Identity => identity;

        public PeerIdentity Peer => peer;

        public string Holder => peer.ToString();

        public ShareHolder Holding => holder;

        public bool Gone { get; set; }

        public Func<byte[], byte[]> Alter { get; set; } = message => message;

        public Task<ShareChallenge> ChallengeAsync(string keyName, CancellationToken cancellation) =>
            Gone ? throw new KeyReleaseException(KeyRefusal.Unreachable, "gone") : Task.FromResult(new ShareChallenge(peer, holder.Challenge(keyName, requester)));

        public async Task<byte[]> ReleaseAsync(string keyName, ShareAnswer answer, CancellationToken cancellation) =>
            Alter(await holder.ReleaseAsync(keyName, requester, answer, cancellation));
    }

    private sealed class Log(List<KeyReleased> released) : IAuditLog
    {
        public void Append(AuditEvent entry)
        {
            if (entry is KeyReleased release) lock (released) released.Add(release);
        }
    }

    private sealed class BrokenLog : IAuditLog
    {
        public void Append(AuditEvent entry) => throw new AuditLogException("full");
    }
}
