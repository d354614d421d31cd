using System.Security.Cryptography;
using Mimir.Trust.Audit;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>
/// A holder of a share: challenges who asks, judges the evidence itself, writes the release into its audit log, and gives the share sealed to the
/// attested key (HPKE). Thread-safe.
/// </summary>
/// <param name="self">Who seals; not disposed here.</param>
/// <param name="share">The share; not disposed here.</param>
/// <param name="judge">See <see cref="ReleaseJudge"/>.</param>
/// <param name="audit">Where releases and refusals are written; null: nowhere.</param>
/// <param name="clock">For the age of challenges.</param>
public sealed class ShareHolder(Identity self, KeyShare share, ReleaseJudge judge, IAuditLog? audit = null, TimeProvider? clock = null)
{
    /// <summary>Bytes of a challenge.</summary>
    public const int ChallengeLength = 32;

    private const int LongestEvidence = 1 << 20;
    private readonly OpenChallenges _challenges = new(clock ?? TimeProvider.System);

    /// <summary>What the sealed share belongs to.</summary>
    internal static SealContext Context(ReadOnlySpan<byte> challenge) => new("mimir key share v1", SessionId.FromBytes(challenge[..SessionId.Size]), 0);

    /// <summary>A fresh challenge for one request of this requester within a minute.</summary>
    /// <exception cref="KeyReleaseException">Another key's share, or too many open challenges.</exception>
    public byte[] Challenge(string keyName, PeerIdentity requester)
    {
        RequireKey(keyName);
        return _challenges.Open(requester.SpkiSha256) ?? throw Refuse(KeyRefusal.Denied, "has too many open challenges; ask again in a minute");
    }

    /// <summary>The share (index ‖ bytes), sealed to the answer's recipient key.</summary>
    /// <exception cref="KeyReleaseException">With the reason.</exception>
    public async Task<byte[]> ReleaseAsync(string keyName, PeerIdentity requester, ShareAnswer answer, CancellationToken cancellation)
    {
        RequireKey(keyName);
        var (challenge, recipientKey, evidence) = answer;
        if (challenge.Length != ChallengeLength || !_challenges.Close(challenge, requester.SpkiSha256))
            throw Refuse(KeyRefusal.ChallengeUnknown, "did not give this challenge to this requester, or too long ago, or it was answered already");
        if (evidence.Length is 0 or > LongestEvidence) throw Refuse(KeyRefusal.EvidenceRefused, "got no evidence, or more than it reads");
        if (recipientKey.Length != SealingKeyPair.Size) throw Refuse(KeyRefusal.MalformedAnswer, "was given no key to encrypt to");
        var nonce = ReleaseClaim.BoundNonce(keyName, challenge.Span, recipientKey.Span);
        try
        {
            if (!await judge(new ReleaseClaim(keyName, requester, recipientKey, nonce, evidence), cancellation)) throw Refuse(KeyRefusal.EvidenceRefused, "does not accept the evidence");
        }
        catch (PolicyRefusedException)
        {
            throw Refuse(KeyRefusal.PolicyRefused, "has a policy that refuses what the evidence proves");
        }
        // Written before anything is released: what is not in the log did not happen.
        audit?.Append(new KeyReleased(keyName, requester.SpkiSha256));
        byte[] content = [share.Index, .. share.Bytes];
        try
        {
            return SealedMessage.Seal(self, requester, recipientKey.Span, Context(challenge.Span), content);
        }
        catch (CryptographicException)
        {
            throw Refuse(KeyRefusal.MalformedAnswer, "was given a key to which nothing can be encrypted");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private void RequireKey(string keyName)
    {
        if (keyName != share.KeyName) throw new KeyReleaseException(KeyRefusal.UnknownKey, $"{self} holds no share of the key that was asked for");
    }

    private KeyReleaseException Refuse(KeyRefusal refusal, string what)
    {
        audit?.Append(new KeyRefused(share.KeyName, refusal));
        return new KeyReleaseException(refusal, $"{self} {what}; the share of '{share.KeyName}' was not released");
    }
}
