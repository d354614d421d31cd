using System.Security.Cryptography;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Certificates;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Tests.Registration;

/// <summary>An authority that admits simulated evidence by its own key, and nodes that ask it.</summary>
internal sealed class Laboratory : IDisposable
{
    public static readonly byte[] Channel = [1, 2, 3];
    private readonly ECDsa _labKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Laboratory()
    {
        Authority = CertificateAuthority.Create(clock: Clock);
        Rule = new AttestationRule(AcceptedKinds.Lab, [SHA256.HashData(_labKey.ExportSubjectPublicKeyInfo())], (role, _) => Against(role), _ => AgainstMembers);
        Plain = Authority.Anchors();
        Anchors = Authority.Anchors(Rule);
        Registration = new RegistrationAuthority(Authority, Rule, TimeSpan.FromHours(2), Clock);
    }

    public Clock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public CertificateAuthority Authority { get; }

    public AttestationRule Rule { get; }

    public TrustAnchors Plain { get; }

    public TrustAnchors Anchors { get; }

    public RegistrationAuthority Registration { get; }

    public Func<Role, IReadOnlyList<string>> Against { get; set; } = _ => [];

    public IReadOnlyList<string> AgainstMembers { get; set; } = [];

    /// <summary>A node with the certificate that its operator gave it.</summary>
    public PeerIdentity Enrolled(string name, Role role = Role.Party)
    {
        using var identity = Authority.Issue(role, name, TimeSpan.FromDays(1));
        return PeerIdentity.Verify(identity.Certificate, Plain, Clock.Now);
    }

    public byte[] Evidence(EvidenceBinding binding) => EvidenceCodec.Encode(
        new Evidence(EvidenceKind.Simulated, SimulatedStatement.Create(_labKey, binding.Sha512.Span, new byte[48], new byte[32])));

    /// <summary>An honest request, of which a test may change anything.</summary>
    public RegistrationRequest Request(PeerIdentity node, byte[] nonce, byte[] channel, ECDsa? key = null, SealingKeyPair? sealing = null)
    {
        using var own = key is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        using var ownSealing = sealing is null ? SealingKeyPair.Generate() : null;
        var (signer, sealingKey) = (key ?? own!, (sealing ?? ownSealing!).PublicKey.ToArray());
        var record = new AttestationRecord(default, nonce, channel);
        record = record with { Evidence = Evidence(record.Binding(node.Role, node.Name, signer.ExportSubjectPublicKeyInfo(), sealingKey)) };
        return Sign(new RegistrationRequest(signer.ExportSubjectPublicKeyInfo(), sealingKey, record, default), node, signer);
    }

    public static RegistrationRequest Sign(RegistrationRequest request, PeerIdentity node, ECDsa key) =>
        request with { Proof = RegistrationRequest.Prove(key, request.Record, node.Role, node.Name, request.SealingPublicKey.Span) };

    public void Dispose()
    {
        Anchors.Dispose();
        Plain.Dispose();
        Authority.Dispose();
        _labKey.Dispose();
    }
}
