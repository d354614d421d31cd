using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Certificates;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Registration;

/// <summary>
/// Admits nodes: challenge → evidence bound to it, to the node's fresh keys, its name and its TLS channel → policy → a certificate of a few hours that says so. Thread-safe.
/// </summary>
/// <param name="authority">Signs the certificates, until <see cref="Succeed"/> names another.</param>
/// <param name="rule">What evidence is demanded.</param>
/// <param name="validity">How long a certificate is good; the node registers again before.</param>
/// <param name="clock">The present time.</param>
public sealed class RegistrationAuthority(CertificateAuthority authority, AttestationRule rule, TimeSpan validity, TimeProvider clock)
{
    private static readonly TimeSpan ChallengeLifetime = TimeSpan.FromMinutes(2);
    private readonly Challenges _challenges = new(clock, ChallengeLifetime);
    private volatile CertificateAuthority _authority = authority;

    /// <summary>How long a certificate is good.</summary>
    public TimeSpan Validity => validity;

    /// <summary>Certificates are issued by <paramref name="successor"/> from now on. Takes ownership of nothing; the one before may be in use for a moment.</summary>
    public void Succeed(CertificateAuthority successor) => _authority = successor;

    /// <summary>A one-time nonce for one node.</summary>
    public byte[] Challenge(PeerIdentity node) => _challenges.Issue(node.ToString());

    /// <summary>Decides about one request. The nonce is used up whatever the answer.</summary>
    /// <param name="node">Who asks, as its connection proved; name and role of the certificate come from here.</param>
    /// <param name="request">What it asks.</param>
    /// <param name="channel">The connection that the request came through, as this side sees it.</param>
    /// <exception cref="RegistrationRefusedException">It is not admitted.</exception>
    public byte[] Admit(PeerIdentity node, RegistrationRequest request, ReadOnlySpan<byte> channel)
    {
        var record = request.Record;
        if (!_challenges.Take(node.ToString(), record.Nonce.Span))
            throw new RegistrationRefusedException(RegistrationRefusedException.Nonce, $"the nonce of {node} was not given to it just now, or was used before: replayed evidence");
        if (channel.IsEmpty || !CryptographicOperations.FixedTimeEquals(channel, record.Channel.Span))
            throw new RegistrationRefusedException(RegistrationRefusedException.Relayed, $"the evidence of {node} was given for another TLS connection than this one: somebody is in between");
        if (request.SealingPublicKey.Length != SealingKeyPair.Size)
            throw new RegistrationRefusedException(RegistrationRefusedException.Key, $"the sealing key of {node} has {request.SealingPublicKey.Length} bytes instead of {SealingKeyPair.Size}");
        RequirePossession(node, request);
        var verdict = Refusing(RegistrationRefusedException.Evidence,
            () => rule.Verify(node.Role, node.Name, request.PublicKeyInfo.Span, request.SealingPublicKey.Span, record, clock.GetUtcNow()));
        Refusing(RegistrationRefusedException.Policy, () => rule.RequireAccepted(node.Role, node.Name, verdict));
        using var certificate = _authority.Issue(
            node.Role, node.Name, validity, request.SealingPublicKey.Span, PublicKey.CreateFromSubjectPublicKeyInfo(request.PublicKeyInfo.Span, out _),
            AttestationStamp.Of(verdict, record.Evidence.Span));
        return certificate.RawData;
    }

    private static ValidVerdict Refusing(string code, Func<ValidVerdict> examine)
    {
        try
        {
            return examine();
        }
        catch (UntrustedPeerException refused)
        {
            throw new RegistrationRefusedException(code, refused.Message);
        }
    }

    private static void RequirePossession(PeerIdentity node, RegistrationRequest request)
    {
        var binding = request.Record.Binding(node.Role, node.Name, request.PublicKeyInfo.Span, request.SealingPublicKey.Span);
        if (PublicKeyKinds.Of(request.PublicKeyInfo) != PublicKeyKind.P256
            || !PublicKeySignature.Ecdsa(request.PublicKeyInfo, binding.Sha512.Span, request.Proof.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            throw new RegistrationRefusedException(RegistrationRefusedException.Key, $"{node} does not hold the P-256 key that it wants certified");
    }
}
