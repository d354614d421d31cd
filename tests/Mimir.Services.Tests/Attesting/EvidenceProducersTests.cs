using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mimir.Services.Attesting;
using Mimir.Services.Hosting;
using Mimir.Trust.Attestation;

namespace Mimir.Services.Tests.Attesting;

/// <summary>From settings to evidence: the laboratory's, and what goes with it.</summary>
public sealed class EvidenceProducersTests : IDisposable
{
    private static readonly EvidenceBinding Binding = EvidenceBinding.Of([1, 2], [3], "p0"u8, [4]);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mimir-lab-");

    [Fact]
    public async Task Simulated_evidence_verifies_by_its_laboratorys_key_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var evidence = await EvidenceProducers.Open(Simulated(key, null))!.ProduceAsync(Binding, TestContext.Current.CancellationToken);
        Assert.True(Verify(evidence, key).IsValid);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(Verify(evidence, other).IsValid);
        Assert.Equal(EvidenceKind.Simulated, evidence.Kind);
    }

    [Fact]
    public async Task Endorsements_are_read_anew_each_time()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var directory = _folder.CreateSubdirectory("endorsements").FullName;
        var producer = EvidenceProducers.Open(Simulated(key, directory))!;
        Assert.Empty((await producer.ProduceAsync(Binding, TestContext.Current.CancellationToken)).Parts);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow);
        File.WriteAllText(Path.Combine(directory, "chain.pem"), certificate.ExportCertificatePem() + "\n" + certificate.ExportCertificatePem());
        File.WriteAllBytes(Path.Combine(directory, "leaf.der"), certificate.RawData);
        var revocations = new CertificateRevocationListBuilder().Build(certificate, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA256);
        File.WriteAllText(Path.Combine(directory, "list.crl"), PemEncoding.WriteString("X509 CRL", revocations));
        File.WriteAllText(Path.Combine(directory, "tcb.json"), "{}");
        File.WriteAllText(Path.Combine(directory, "README"), "not evidence");
        var evidence = await producer.ProduceAsync(Binding, TestContext.Current.CancellationToken);
        Assert.Equal(3, evidence.PartsOf(EvidencePartKind.Certificate).Count(p => p.Span.SequenceEqual(certificate.RawData)));
        Assert.Equal("{}", Encoding.UTF8.GetString(evidence.PartsOf(EvidencePartKind.Collateral).Single().Span));
        Assert.Equal(revocations, evidence.PartsOf(EvidencePartKind.RevocationList).Single().ToArray());
        Assert.Equal(5, evidence.Parts.Count);
        // A damaged file is said, not left out.
        File.WriteAllText(Path.Combine(directory, "damaged.pem"), "-----BEGIN CERTIFICATE-----\n");
        Assert.Contains("damaged.pem", (await Assert.ThrowsAsync<AttestingException>(() => producer.ProduceAsync(Binding, TestContext.Current.CancellationToken))).Message);
        Directory.Delete(directory, recursive: true);
        Assert.Contains("attestation.endorsements", (await Assert.ThrowsAsync<AttestingException>(() => producer.ProduceAsync(Binding, TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task What_the_settings_lack_is_said()
    {
        Assert.Null(EvidenceProducers.Open(new AttestationSettings()));
        Assert.Contains("attestation.lab_key", Assert.Throws<InvalidDataException>(() => EvidenceProducers.Open(new AttestationSettings { Producer = ProducerKind.Simulated })).Message);
        var noKey = EvidenceProducers.Open(new AttestationSettings { Producer = ProducerKind.Simulated, LabKey = Path.Combine(_folder.FullName, "none") })!;
        Assert.Contains("attestation.lab_key", (await Assert.ThrowsAsync<AttestingException>(() => noKey.ProduceAsync(Binding, TestContext.Current.CancellationToken))).Message);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private AttestationSettings Simulated(ECDsa key, string? endorsements)
    {
        var file = Path.Combine(_folder.FullName, "lab.pem");
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        return new() { Producer = ProducerKind.Simulated, LabKey = file, Endorsements = endorsements };
    }

    private static Verdict Verify(Evidence evidence, ECDsa key) => EvidenceVerifier.Verify(evidence, new VerificationContext
    {
        At = DateTimeOffset.UtcNow,
        Accepted = AcceptedKinds.Lab,
        Binding = Binding,
        LabKeys = [SHA256.HashData(key.ExportSubjectPublicKeyInfo())],
    });
}
