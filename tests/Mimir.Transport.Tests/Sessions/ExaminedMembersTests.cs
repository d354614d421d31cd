using System.Security.Cryptography;
using Google.Protobuf;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Registration;

namespace Mimir.Transport.Tests.Sessions;

/// <summary>Whoever reads a description examines the evidence of every worker in it, and all of them together.</summary>
public sealed class ExaminedMembersTests : IDisposable
{
    private readonly Members _members = new();
    private readonly ECDsa _labKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<string> _judged = [];
    private readonly TrustAnchors _strict;
    private int _quorum;
    private IReadOnlyList<string> _against = [];

    public ExaminedMembersTests() => _strict = _members.Authority.Anchors(new AttestationRule(
        AcceptedKinds.Lab, [SHA256.HashData(_labKey.ExportSubjectPublicKeyInfo())],
        (role, _) =>
        {
            _judged.Add(role.ToName());
            return [];
        },
        members =>
        {
            _quorum = members.Count;
            return _against;
        }));

    [Fact]
    public void All_workers_are_examined_and_then_together()
    {
        var session = Read(Describe());
        Assert.Equal(["party", "party", "triple-service"], _judged.Order());
        Assert.Equal(3, _quorum);
        Assert.All(session.Parties, p => Assert.Equal(EvidenceKind.Simulated, p.Attested!.Verdict.Kind));
        Assert.Equal(session.Parties[1].Identity.SpkiSha256, session.Parties[1].MeshPeer.Key);
        _against = ["quorum.vendor_roots: one"];
        Assert.Contains("quorum.vendor_roots", Assert.ThrowsAny<UntrustedPeerException>(() => Read(Describe())).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void One_worker_without_evidence_or_with_anothers_is_enough_to_refuse(int worker)
    {
        WorkerAddress Of(SessionDescriptor descriptor, int number) => number == 2 ? descriptor.TripleService : descriptor.Parties[number];
        var without = Describe();
        Of(without, worker).Worker.Attestation = null;
        Assert.Contains("shows no evidence", Assert.ThrowsAny<UntrustedPeerException>(() => Read(without)).Message);
        var anothers = Describe();
        Of(anothers, worker).Worker.Attestation = Of(anothers, (worker + 1) % 3).Worker.Attestation;
        Assert.Contains(BindingCheck.Registration, Assert.ThrowsAny<UntrustedPeerException>(() => Read(anothers)).Message);
        var plain = Describe();
        var address = Of(plain, worker);
        address.Worker.CertificateDer = ByteString.CopyFrom(_members.Identity((Role)address.Worker.Peer.Role, address.Worker.Peer.Name).Certificate.RawData);
        Assert.Contains("shows no evidence", Assert.ThrowsAny<UntrustedPeerException>(() => Read(plain)).Message);
    }

    /// <summary>Groups are read by the same code: a description of a group without evidence is refused too.</summary>
    [Fact]
    public void A_group_is_examined_as_well()
    {
        var session = Describe();
        var group = new GroupDescriptor
        {
            Group = session.Group,
            Layout = ByteString.CopyFrom(ModelLayoutCodec.Write(ModelFolding.LayoutOf(ModelShapes.Find("gpt2-small")))),
            Security = SecurityLevel.Active,
            ScaleBits = 16,
            TripleService = session.TripleService,
            ModelOwner = _members.Peer(_members.Identity(Role.ModelOwner, "m")).ToCertificate(),
        };
        group.Parties.Add(session.Parties);
        Assert.Equal(2, VerifiedGroup.Read(group.ToByteArray(), _strict, DateTimeOffset.UtcNow).Parties.Count);
        _against = ["quorum.distinct_chips: one"];
        Assert.Contains("quorum.distinct_chips", Assert.ThrowsAny<UntrustedPeerException>(() => VerifiedGroup.Read(group.ToByteArray(), _strict, DateTimeOffset.UtcNow)).Message);
    }

    public void Dispose()
    {
        _strict.Dispose();
        _labKey.Dispose();
        _members.Dispose();
    }

    private VerifiedSession Read(SessionDescriptor descriptor) => VerifiedSession.Read(descriptor.ToByteArray(), _strict, DateTimeOffset.UtcNow);

    private SessionDescriptor Describe()
    {
        var descriptor = _members.Describe();
        foreach (var address in descriptor.Parties.Append(descriptor.TripleService)) Attest(address);
        return descriptor;
    }

    private void Attest(WorkerAddress address)
    {
        var (role, name) = ((Role)address.Worker.Peer.Role, address.Worker.Peer.Name);
        var identity = _members.Identity(role, name);
        var record = new AttestationRecord(default, new byte[Challenges.NonceSize], new byte[] { 1 });
        var binding = record.Binding(role, name, identity.Certificate.PublicKey.ExportSubjectPublicKeyInfo(), identity.SealingKey.PublicKey.Span);
        var measurement = new byte[48];
        var evidence = EvidenceCodec.Encode(new Evidence(EvidenceKind.Simulated, SimulatedStatement.Create(_labKey, binding.Sha512.Span, measurement, new byte[32])));
        using var certificate = _members.Authority.Issue(
            role, name, TimeSpan.FromHours(1), identity.SealingKey.PublicKey.Span, identity.Certificate.PublicKey,
            new AttestationStamp(EvidenceKind.Simulated, SHA256.HashData(evidence), measurement));
        address.Worker.CertificateDer = ByteString.CopyFrom(certificate.RawData);
        address.Worker.Attestation = (record with { Evidence = evidence }).ToMessage();
    }
}
