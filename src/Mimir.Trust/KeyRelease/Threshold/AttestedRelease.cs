using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>Key release by the evidence and policies of registration: what the requester shows, and how a holder judges it.</summary>
public static class AttestedRelease
{
    /// <summary>The requester's evidence: that of registration over <see cref="ReleaseClaim.BoundNonce"/> as nonce and no channel.</summary>
    /// <param name="self">The requester.</param>
    /// <param name="produce">Makes this machine's evidence for a binding.</param>
    public static KeyAttester Attester(Identity self, Func<EvidenceBinding, CancellationToken, Task<Evidence>> produce) => async (publicKeyInfo, nonce, cancellation) =>
    {
        var binding = new AttestationRecord(default, nonce, default).Binding(self.Role, self.Name, publicKeyInfo.Span, self.SealingKey.PublicKey.Span);
        return EvidenceCodec.Encode(await produce(binding, cancellation));
    };

    /// <summary>A holder's judgement: the evidence verifies for the requester's own keys and name and this very challenge, and the holder's policy accepts what it proves.</summary>
    /// <param name="rule">The holder's policy.</param>
    /// <param name="clock">For certificates and collateral.</param>
    /// <param name="refused">Told why, for the holder's own log; it may name what the evidence says.</param>
    public static ReleaseJudge Judge(AttestationRule rule, TimeProvider clock, Action<string>? refused = null) => (claim, _) =>
    {
        var peer = claim.Requester;
        try
        {
            var record = new AttestationRecord(claim.Evidence, claim.Nonce, default);
            rule.RequireAccepted(peer.Role, peer.Name, rule.Verify(peer.Role, peer.Name, peer.PublicKeyInfo.Span, peer.SealingPublicKey.Span, record, clock.GetUtcNow()));
            return Task.FromResult(true);
        }
        catch (PolicyRefusedException error)
        {
            refused?.Invoke(error.Message);
            throw;
        }
        catch (UntrustedPeerException error)
        {
            refused?.Invoke(error.Message);
            return Task.FromResult(false);
        }
    };
}
