using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Certificates made for a test: root, intermediate and leaf on P-256, valid around <see cref="Now"/>.</summary>
internal sealed class LabChain : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public LabChain()
    {
        Root = Authority("Root", RootKey, null, Extension(true, null));
        Intermediate = Issue("Intermediate", IntermediateKey, Root, RootKey, 2, Extension(true, 0), Usage(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign));
        Leaf = Issue("Leaf", LeafKey, Intermediate, IntermediateKey, 3, Extension(false, null));
    }

    public ECDsa RootKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ECDsa IntermediateKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ECDsa LeafKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; set; }

    public X509Certificate2 Leaf { get; set; }

    public ChainRules Rules => new() { At = Now, Roots = [Read(Root).SpkiSha256], Algorithms = [SignatureAlgorithm.EcdsaSha256] };

    public static ChainCertificate Read(X509Certificate2 certificate) => ChainCertificate.TryRead(certificate.RawData)!;

    public static X509BasicConstraintsExtension Extension(bool authority, int? path) => new(authority, path is not null, path ?? 0, critical: true);

    public static X509KeyUsageExtension Usage(X509KeyUsageFlags flags) => new(flags, critical: true);

    public static X509Certificate2 Authority(string name, ECDsa key, HashAlgorithmName? hash, params X509Extension[] extensions)
    {
        var request = new CertificateRequest($"CN={name}", key, hash ?? HashAlgorithmName.SHA256);
        foreach (var extension in extensions) request.CertificateExtensions.Add(extension);
        return request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    public static X509Certificate2 Issue(string name, ECDsa key, X509Certificate2 issuer, ECDsa issuerKey, byte serial, params X509Extension[] extensions) =>
        Issue(name, key, issuer, issuerKey, serial, HashAlgorithmName.SHA256, Now.AddDays(-30), Now.AddDays(30), extensions);

    public static X509Certificate2 Issue(
        string name, ECDsa key, X509Certificate2 issuer, ECDsa issuerKey, byte serial, HashAlgorithmName hash, DateTimeOffset from, DateTimeOffset to, params X509Extension[] extensions)
    {
        var request = new CertificateRequest($"CN={name}", key, hash);
        foreach (var extension in extensions) request.CertificateExtensions.Add(extension);
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), from, to, [serial]);
    }

    /// <summary>A revocation list of an issuer.</summary>
    public static RevocationList List(X509Certificate2 issuer, ECDsa issuerKey, DateTimeOffset from, DateTimeOffset to, params byte[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var serial in revoked) builder.AddEntry([serial]);
        var identifier = X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new X509SubjectKeyIdentifierExtension(new PublicKey(issuerKey), critical: false));
        return RevocationList.TryRead(builder.Build(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), 1, to, HashAlgorithmName.SHA256, identifier, from))!;
    }

    public IReadOnlyList<string> Refusals(ChainRules? rules = null, params RevocationList[] lists)
    {
        var findings = new Findings();
        var chain = ChainVerifier.Verify(Read(Leaf), [Read(Root), Read(Leaf), Read(Intermediate)], lists, rules ?? Rules, findings);
        Assert.Equal(findings.None, chain is not null);
        return [.. findings.Reasons.Select(r => r.Code)];
    }

    public void Dispose()
    {
        foreach (var key in new[] { RootKey, IntermediateKey, LeafKey }) key.Dispose();
        foreach (var certificate in new[] { Root, Intermediate, Leaf }) certificate.Dispose();
    }
}
