using Mimir.Trust.Attestation;
using Mimir.Trust.Policies;

namespace Mimir.Trust.Registration;

/// <summary>
/// What evidence a process demands of its peers: genuine, bound to the peer's keys, name, nonce and channel, acceptable to the policy, and, for all members of a session together,
/// within the policy's quorum rules. Coordinator, nodes, Triple Service and clients all ask the same rule, each for itself.
/// </summary>
/// <param name="accepted">Kinds of evidence.</param>
/// <param name="labKeys">Keys of laboratories, see <see cref="VerificationContext.LabKeys"/>.</param>
/// <param name="judge">What the policy has against verified evidence of a role; empty when it is acceptable.</param>
/// <param name="judgeMembers">What the policy has against members together; empty when they are acceptable.</param>
public sealed class AttestationRule(
    AcceptedKinds accepted, IReadOnlyList<ReadOnlyMemory<byte>> labKeys, Func<Role, Verdict, IReadOnlyList<string>> judge,
    Func<IReadOnlyList<AttestedPeer>, IReadOnlyList<string>> judgeMembers)
{
    /// <summary>The rule that a policy makes.</summary>
    public static AttestationRule Of(Policy policy) => new(
        policy.AcceptedKinds, policy.LabKeys,
        (role, verdict) => Against(policy.Evaluate(role, verdict)),
        members => Against(policy.EvaluateQuorum([.. members.Select(m => new Member(m.Peer.ToString(), m.Peer.Role, m.Operator, m.Verdict))])));

    /// <summary>Whether a role must show evidence: those that compute on secrets. Owners trust themselves, and the coordinator carries only what is sealed.</summary>
    public static bool AppliesTo(Role role) => role is Role.Party or Role.TripleService;

    /// <summary>Verifies evidence that is given for a name and keys. What it says is not judged yet.</summary>
    /// <exception cref="UntrustedPeerException">It does not verify; the message has every reason with its code.</exception>
    public ValidVerdict Verify(Role role, string name, ReadOnlySpan<byte> publicKeyInfo, ReadOnlySpan<byte> sealingPublicKey, AttestationRecord record, DateTimeOffset now)
    {
        var who = $"{role.ToName()} '{name}'";
        if (record.Nonce.Length != Challenges.NonceSize || record.Channel.Length > AttestationRecord.LongestChannel)
            throw new UntrustedPeerException($"The evidence of {who} names a nonce or a channel of a wrong length.");
        if (!EvidenceCodec.TryDecode(record.Evidence, out var evidence, out var malformed))
            throw new UntrustedPeerException($"The evidence of {who} cannot be read ({malformed}).");
        var verdict = EvidenceVerifier.Verify(evidence, new VerificationContext
        {
            At = now,
            Accepted = accepted,
            LabKeys = labKeys,
            Binding = record.Binding(role, name, publicKeyInfo, sealingPublicKey),
        });
        return verdict as ValidVerdict ?? throw new UntrustedPeerException($"The evidence of {who} is refused ({string.Join(" ", verdict.Reasons)})");
    }

    /// <summary>Asks the policy about verified evidence.</summary>
    /// <exception cref="PolicyRefusedException">It refuses; the message has every rule that fails.</exception>
    public ValidVerdict RequireAccepted(Role role, string name, ValidVerdict verdict) => judge(role, verdict) is { Count: > 0 } against
        ? throw new PolicyRefusedException($"The attestation policy refuses {role.ToName()} '{name}' ({string.Join("; ", against)})")
        : verdict;

    /// <summary>Examines the evidence of a peer whose certificate was verified: the record must be the one that the certificate was issued for.</summary>
    /// <exception cref="UntrustedPeerException">There is none, it is another one, or it is refused.</exception>
    public AttestedPeer Judge(PeerIdentity peer, AttestationRecord? record, DateTimeOffset now)
    {
        if (record is null || peer.Attestation is not { } stamp) throw new UntrustedPeerException($"{peer} shows no evidence, and attestation.policy demands it; let it register first.");
        var verdict = Verify(peer.Role, peer.Name, peer.PublicKeyInfo.Span, peer.SealingPublicKey.Span, record, now);
        RequireAccepted(peer.Role, peer.Name, verdict);
        var seen = AttestationStamp.Of(verdict, record.Evidence.Span);
        return seen.Kind == stamp.Kind && seen.EvidenceSha256.Span.SequenceEqual(stamp.EvidenceSha256.Span) && seen.Measurement.Span.SequenceEqual(stamp.Measurement.Span)
            ? new(peer, verdict)
            : throw new UntrustedPeerException($"The certificate of {peer} was issued for other evidence than it shows.");
    }

    /// <summary>Examines all members of a session together.</summary>
    /// <exception cref="PolicyRefusedException">They break a quorum rule.</exception>
    public void RequireQuorum(IReadOnlyList<AttestedPeer> members)
    {
        if (judgeMembers(members) is { Count: > 0 } against)
            throw new PolicyRefusedException($"The attestation policy refuses these members together ({string.Join("; ", against)})");
    }

    private static string[] Against(PolicyDecision decision) => decision.IsAccepted ? [] : [.. decision.Failures.Select(f => f.ToString()).DefaultIfEmpty("no rule applies")];
}
