using Mimir.Trust.Attestation;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;
using Mimir.Trust.Tests.Registration;

namespace Mimir.Trust.Tests.KeyRelease;

/// <summary>A holder that judges by an attestation rule.</summary>
public sealed class AttestedReleaseTests : IDisposable
{
    private readonly Laboratory _lab = new();
    private readonly Identity _node;
    private readonly Identity _holder;
    private readonly PeerIdentity _nodeAsPeer;
    private readonly ShareHolder _holding;

    public AttestedReleaseTests()
    {
        _node = _lab.Authority.Issue(Role.Party, "p0", TimeSpan.FromDays(1));
        _holder = _lab.Authority.Issue(Role.ModelOwner, "m", TimeSpan.FromDays(1));
        _nodeAsPeer = PeerIdentity.Verify(_node.Certificate, _lab.Plain, _lab.Clock.Now);
        var share = KeyDeal.Split("weights", new byte[32], 1, 1).Shares[0];
        _holding = new ShareHolder(_holder, share, AttestedRelease.Judge(_lab.Rule, _lab.Clock), clock: _lab.Clock);
    }

    public void Dispose()
    {
        _node.Dispose();
        _holder.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public async Task Evidence_for_this_challenge_that_the_policy_accepts_releases() => Assert.NotEmpty(await AskAsync(_node));

    [Fact]
    public async Task Evidence_that_the_policy_refuses_does_not()
    {
        _lab.Against = _ => ["measurement"];
        Assert.Equal(KeyRefusal.PolicyRefused, (await Assert.ThrowsAsync<KeyReleaseException>(() => AskAsync(_node))).Refusal);
    }

    [Fact]
    public async Task Evidence_of_another_machine_or_challenge_or_none_at_all_does_not()
    {
        using var other = _lab.Authority.Issue(Role.Party, "p1", TimeSpan.FromDays(1));
        await RefusedAsync(() => AskAsync(other));
        await RefusedAsync(() => AskAsync(_node, nonce => nonce[0] ^= 1));
        await RefusedAsync(() => _holding.ReleaseAsync(
            "weights", _nodeAsPeer, new ShareAnswer(_holding.Challenge("weights", _nodeAsPeer), _node.SealingKey.PublicKey, new byte[40]), default));
    }

    private async Task<byte[]> AskAsync(Identity attested, Action<byte[]>? alter = null)
    {
        var challenge = _holding.Challenge("weights", _nodeAsPeer);
        var nonce = ReleaseClaim.BoundNonce("weights", challenge, _node.SealingKey.PublicKey.Span);
        alter?.Invoke(nonce);
        var attester = AttestedRelease.Attester(attested, (binding, _) =>
        {
            Assert.True(EvidenceCodec.TryDecode(_lab.Evidence(binding), out var evidence, out var _));
            return Task.FromResult(evidence!);
        });
        var evidence = await attester(attested.Certificate.PublicKey.ExportSubjectPublicKeyInfo(), nonce, default);
        return await _holding.ReleaseAsync("weights", _nodeAsPeer, new ShareAnswer(challenge, _node.SealingKey.PublicKey, evidence), default);
    }

    private static async Task RefusedAsync(Func<Task> ask) =>
        Assert.Equal(KeyRefusal.EvidenceRefused, (await Assert.ThrowsAsync<KeyReleaseException>(ask)).Refusal);
}
