using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Registration;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.Certificates;

/// <summary>
/// A certificate authority (ECDSA P-256). Its key is an <see cref="ECDsa"/> of any kind: made for one cluster or test, in memory; kept in a directory
/// (<c>ca.pem</c>, <c>ca-key.pem</c>, mode 0600); in a token (PKCS#11); or put together from shares (<see cref="ThresholdAuthority"/>). It issues leaf certificates only.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>The certificate's file in an authority's directory.</summary>
    public const string CertificateFile = "ca.pem";

    /// <summary>The key's file in an authority's directory, where it is kept in a file.</summary>
    public const string KeyFile = "ca-key.pem";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly X509Certificate2 _certificate;
    private readonly ECDsa _key;
    private readonly TimeProvider _clock;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key, TimeProvider clock) => (_certificate, _key, _clock) = (certificate, key, clock);

    /// <summary>The authority's certificate, DER.</summary>
    public ReadOnlyMemory<byte> CertificateDer => _certificate.RawDataMemory;

    /// <summary>A new authority.</summary>
    /// <param name="lifetime">How long it is valid; 30 days when not given.</param>
    /// <param name="clock">The present time; the system's when not given.</param>
    /// <param name="key">Its P-256 key, which it takes ownership of; a fresh one in memory when not given.</param>
    public static CertificateAuthority Create(TimeSpan? lifetime = null, TimeProvider? clock = null, ECDsa? key = null)
    {
        clock ??= TimeProvider.System;
        key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = clock.GetUtcNow();
        var name = new X500DistinguishedName("CN=Mimir session authority");
        var request = new CertificateRequest(name, new PublicKey(key), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var certificate = request.Create(name, X509SignatureGenerator.CreateForECDsa(key), now - TimeSpan.FromDays(1), now + (lifetime ?? TimeSpan.FromDays(30)), Serial());
        return new(certificate, key, clock);
    }

    /// <summary>Reads an authority that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The directory holds none.</exception>
    public static CertificateAuthority Load(string directory, TimeProvider? clock = null)
    {
        try
        {
            using var both = X509Certificate2.CreateFromPemFile(Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile));
            return new(X509CertificateLoader.LoadCertificate(both.RawData), both.GetECDsaPrivateKey() ?? throw new CryptographicException("the key is none of ECDSA."), clock ?? TimeProvider.System);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or PlatformNotSupportedException or IOException)
        {
            throw new InvalidDataException($"'{directory}' holds no usable certificate authority ({CertificateFile}, {KeyFile}): {error.Message}");
        }
    }

    /// <summary>Trust in this authority only, and in its nodes with evidence only where <paramref name="attestation"/> is given. The caller disposes of it.</summary>
    public TrustAnchors Anchors(AttestationRule? attestation = null) => new(X509CertificateLoader.LoadCertificate(_certificate.RawData)) { Attestation = attestation };

    /// <summary>The authority of a directory's <c>ca.pem</c> with a key from elsewhere, which it takes ownership of.</summary>
    /// <exception cref="InvalidDataException">The directory holds no certificate, or it is that of another key; the key is disposed of.</exception>
    public static CertificateAuthority Load(string directory, ECDsa key, TimeProvider? clock = null)
    {
        var certificates = TrustAnchors.LoadCertificates(Path.Combine(directory, CertificateFile));
        foreach (var other in certificates[1..]) other.Dispose();
        if (certificates[0].PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            return new(certificates[0], key, clock ?? TimeProvider.System);
        certificates[0].Dispose();
        key.Dispose();
        throw new InvalidDataException($"'{directory}': {CertificateFile} is the certificate of another key than the one given");
    }

    /// <summary>Writes <c>ca.pem</c> and <c>ca-key.pem</c>, mode 0600.</summary>
    /// <exception cref="CryptographicException">The key does not leave its token.</exception>
    public void Save(string directory)
    {
        OwnerOnlyFile.CreateDirectory(directory);
        SaveCertificate(Path.Combine(directory, CertificateFile));
        OwnerOnlyFile.Write(Path.Combine(directory, KeyFile), _key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Writes the authority's certificate alone, for <see cref="TrustAnchors.Load"/> of the peers.</summary>
    public void SaveCertificate(string path) => OwnerOnlyFile.Write(path, _certificate.ExportCertificatePem());

    /// <summary>Makes both key pairs here and issues a certificate for them: for clusters whose processes start from one place.</summary>
    public Identity Issue(Role role, string name, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var sealing = SealingKeyPair.Generate();
        using var certificate = Issue(role, name, validity, sealing.PublicKey.Span, new PublicKey(key));
        return new Identity(certificate.CopyWithPrivateKey(key), sealing);
    }

    /// <summary>Issues a new certificate for an identity's name and keys; it takes it at once.</summary>
    /// <exception cref="ArgumentException">The validity is outside its range.</exception>
    public void Renew(Identity identity, TimeSpan validity)
    {
        using var certificate = Issue(identity.Role, identity.Name, validity, identity.SealingKey.PublicKey.Span, identity.Certificate.PublicKey);
        identity.Renew(certificate.RawData);
    }

    /// <summary>Issues a certificate for keys whose private halves stay with their owner. It is valid from 5 minutes before now.</summary>
    /// <param name="role">The role to name.</param>
    /// <param name="name">The name to name, see <see cref="PeerName"/>.</param>
    /// <param name="validity">How long from now; a negative one yields an expired certificate only when above minus 5 minutes.</param>
    /// <param name="sealingPublicKey">X25519 public key, 32 bytes.</param>
    /// <param name="publicKey">The bearer's ECDSA P-256 public key.</param>
    /// <param name="stamp">The evidence that it is issued for, or null.</param>
    /// <exception cref="ArgumentException">A name, key length or validity is outside its range, or reaches beyond the authority's own end.</exception>
    public X509Certificate2 Issue(
        Role role, string name, TimeSpan validity, ReadOnlySpan<byte> sealingPublicKey, PublicKey publicKey, AttestationStamp? stamp = null)
    {
        PeerName.Require(name);
        if (sealingPublicKey.Length != SealingKeyPair.Size)
            throw new ArgumentException($"A sealing key has {SealingKeyPair.Size} bytes, not {sealingPublicKey.Length}.", nameof(sealingPublicKey));
        var now = _clock.GetUtcNow();
        if (now + validity > _certificate.NotAfter || validity <= -ClockSkew)
            throw new ArgumentException($"The certificate would not end within the authority's own validity, which ends {_certificate.NotAfter:u}.", nameof(validity));

        var request = new CertificateRequest(CertificateProfile.Subject(role, name), publicKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(CertificateProfile.NameUri(role, name));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(CertificateProfile.ServerAuthentication), new Oid(CertificateProfile.ClientAuthentication)], critical: true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        request.CertificateExtensions.Add(SealingKeyExtension(sealingPublicKey));
        if (stamp is not null) request.CertificateExtensions.Add(stamp.ToExtension());

        return request.Create(_certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), now - ClockSkew, now + validity, Serial());
    }

    /// <summary>Signs <paramref name="data"/> by the authority's key: ECDSA, SHA-256, DER.</summary>
    public byte[] SignData(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        return serial;
    }

    private static X509Extension SealingKeyExtension(ReadOnlySpan<byte> key)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(key);
        return new X509Extension(CertificateProfile.SealingKeyOid, writer.Encode(), critical: false);
    }
}
