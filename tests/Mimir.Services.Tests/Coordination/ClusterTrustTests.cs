using System.Security.Cryptography;
using Google.Protobuf;
using Mimir.Services.Coordination;
using Mimir.Services.Workers;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Audit;
using Mimir.Trust.Certificates;
using Mimir.Trust.Registration;
using Mimir.Trust.Revocations;
using Mimir.Trust.Sealing;

namespace Mimir.Services.Tests.Coordination;

/// <summary>What the coordinator writes about whom it refuses and revokes, and whom it tells of new certificates.</summary>
public sealed class ClusterTrustTests : IDisposable
{
    private static readonly byte[] Channel = [1, 2, 3];
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly ECDsa _labKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Identity _own;
    private readonly TlsSettings _tls;
    private readonly Registrar _registrar;
    private readonly Cluster _cluster;
    private readonly Written _audit = new();
    private string[] _against = [];

    public ClusterTrustTests()
    {
        _own = _authority.Issue(Role.Coordinator, "c", Day);
        var rule = new AttestationRule(AcceptedKinds.Lab, [SHA256.HashData(_labKey.ExportSubjectPublicKeyInfo())], (_, _) => _against, _ => []);
        _tls = new TlsSettings { Identity = _own, Anchors = _authority.Anchors(rule) };
        var audit = new CoordinatorAudit(_audit, _ => { });
        _registrar = new Registrar(_tls, _authority, TimeSpan.FromHours(1), _ => { }, audit);
        _cluster = new Cluster(_tls, _registrar, 1, _ => { }, audit);
        _registrar.Admitted = _cluster.Renew;
    }

    [Fact]
    public void What_the_policy_refuses_is_written_as_the_policys_refusal()
    {
        var node = Attested("p0");
        _against = ["measurement: expected aa"];
        var refused = Assert.Throws<ArgumentException>(() => _cluster.Register(node, Hello));
        Assert.StartsWith(RegistrationRefusedException.Policy, refused.Message);
        Assert.Equal(AdmissionRefusal.Policy, Assert.IsType<Refused>(_audit.Last).Reason);
        _against = [];
        // A certificate of the authority, and no evidence behind it.
        using var plain = _authority.Issue(Role.Party, "p1", Day);
        refused = Assert.Throws<ArgumentException>(() => _cluster.Register(PeerIdentity.Verify(plain.Certificate, _tls.Anchors, DateTimeOffset.UtcNow), Hello));
        Assert.StartsWith(RegistrationRefusedException.Evidence, refused.Message);
        Assert.Equal(AdmissionRefusal.Evidence, Assert.IsType<Refused>(_audit.Last).Reason);
    }

    [Fact]
    public void Each_revocation_is_written_once()
    {
        var first = RevocationList.None.Next(DateTimeOffset.UtcNow, [RevocationEntry.Of(Role.Party, "p7", "x")]);
        var second = first.Next(DateTimeOffset.UtcNow, [RevocationEntry.Of(Role.Party, "p8", "x"), new(RevocationKind.Serial, "AB", "x")]);
        _cluster.Revoke(first.Sign(_authority));
        _cluster.Revoke(second.Sign(_authority));
        _cluster.Revoke(_tls.Anchors.Revocations.Signed);
        Assert.Equal([(1UL, "party/p7"), (2UL, "party/p8"), (2UL, "AB")], _audit.Entries.OfType<Revoked>().Select(r => (r.ListVersion, r.Value)));
    }

    [Fact]
    public void Everybody_is_told_of_a_new_certificate_and_the_one_before_ends_nothing()
    {
        var watcher = _cluster.Register(Attested("p0"), Hello);
        while (watcher.Commands.TryRead(out _)) { }
        var renewed = Attested("p1");
        Assert.True(watcher.Commands.TryRead(out var told));
        Assert.Equal(renewed.CertificateDer.ToArray(), told.Certificate.ToByteArray());
    }

    /// <summary>The key is the attested one; the serial number is that of the certificate that the operator gave.</summary>
    [Fact]
    public void The_operators_serial_number_expels_the_attested_worker()
    {
        using var enrolled = _authority.Issue(Role.Party, "p0", Day);
        var node = Attested(enrolled);
        _cluster.Register(node, Hello);
        var closed = 0;
        using var connection = _tls.Anchors.Revocations.Watch(node, _ => closed++);
        _cluster.Revoke(RevocationList.None.Next(DateTimeOffset.UtcNow, [new(RevocationKind.Serial, enrolled.Certificate.SerialNumber, "lost")]).Sign(_authority));
        Assert.Equal(1, closed);
        Assert.Contains("lost", _tls.Anchors.Revocations.ReasonAgainst(node));
    }

    public void Dispose()
    {
        _tls.Anchors.Dispose();
        _own.Dispose();
        _authority.Dispose();
        _labKey.Dispose();
    }

    private static WorkerHello Hello => new() { ProtocolVersion = ProtocolVersion.Current, Host = "127.0.0.1", Port = 1 };

    private PeerIdentity Attested(string name)
    {
        using var enrolled = _authority.Issue(Role.Party, name, Day);
        return Attested(enrolled);
    }

    /// <summary>Registers fresh keys by simulated evidence.</summary>
    private PeerIdentity Attested(Identity enrolled)
    {
        var node = PeerIdentity.Verify(enrolled.Certificate, _tls.Anchors, DateTimeOffset.UtcNow);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var sealing = SealingKeyPair.Generate();
        var record = new AttestationRecord(default, _registrar.Challenge(node), Channel);
        var binding = record.Binding(node.Role, node.Name, key.ExportSubjectPublicKeyInfo(), sealing.PublicKey.Span);
        record = record with { Evidence = EvidenceCodec.Encode(new Evidence(EvidenceKind.Simulated, SimulatedStatement.Create(_labKey, binding.Sha512.Span, new byte[48], new byte[32]))) };
        var reply = _registrar.Admit(node, new AttestRequest
        {
            PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()),
            SealingPublicKey = ByteString.CopyFrom(sealing.PublicKey.Span),
            Attestation = record.ToMessage(),
            Proof = ByteString.CopyFrom(RegistrationRequest.Prove(key, record, node.Role, node.Name, sealing.PublicKey.Span)),
        }, Channel);
        return PeerIdentity.Verify(reply.CertificateDer.Span, _tls.Anchors, DateTimeOffset.UtcNow);
    }

    private sealed class Written : IAuditLog
    {
        public List<AuditEvent> Entries { get; } = [];

        public AuditEvent Last => Entries[^1];

        public void Append(AuditEvent entry) => Entries.Add(entry);
    }
}
