using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Certificates;
using Mimir.Trust.Sealing;

namespace Mimir.Trust;

/// <summary>
/// What a process proves itself with: certificate, its ECDSA P-256 private key, and its X25519 sealing key. Files of a directory:
/// <c>certificate.pem</c>, <c>key.pem</c>, <c>sealing-key.pem</c>, readable by their owner only. <see cref="Dispose"/> zeroes the sealing key.
/// </summary>
public sealed class Identity : IDisposable
{
    /// <summary>The certificate's file in an identity's directory.</summary>
    public const string CertificateFile = "certificate.pem";

    private const string KeyFile = "key.pem";
    private const string SealingKeyFile = "sealing-key.pem";

    private readonly CertificateProfile _profile;
    private readonly List<X509Certificate2> _former = [];
    private volatile X509Certificate2 _certificate;

    /// <summary>Takes ownership of both arguments.</summary>
    /// <exception cref="UntrustedPeerException">The certificate has not the profile of a Mimir certificate.</exception>
    /// <exception cref="ArgumentException">It has no private key, or names another sealing key.</exception>
    public Identity(X509Certificate2 certificate, SealingKeyPair sealingKey)
    {
        _profile = CertificateProfile.Read(certificate);
        if (!certificate.HasPrivateKey) throw new ArgumentException("The certificate has no private key.", nameof(certificate));
        if (!sealingKey.PublicKey.Span.SequenceEqual(_profile.SealingPublicKey))
            throw new ArgumentException("The certificate was issued for another sealing key.", nameof(sealingKey));
        _certificate = certificate;
        SealingKey = sealingKey;
    }

    /// <summary>The role that the certificate names.</summary>
    public Role Role => _profile.Role;

    /// <summary>The name that the certificate names.</summary>
    public string Name => _profile.Name;

    /// <summary>SHA-256 of the certificate's subject public key info, 32 bytes.</summary>
    public ReadOnlyMemory<byte> SpkiSha256 => _profile.SpkiSha256;

    /// <summary>The certificate with its private key: the last one that was issued for it.</summary>
    public X509Certificate2 Certificate => _certificate;

    /// <summary>The key pair to which peers seal messages for this process.</summary>
    public SealingKeyPair SealingKey { get; }

    /// <summary>Reads a directory that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A file is missing or unreadable; the message names it.</exception>
    public static Identity Load(string directory)
    {
        foreach (var file in new[] { CertificateFile, KeyFile, SealingKeyFile })
            if (!File.Exists(Path.Combine(directory, file)))
                throw new InvalidDataException($"'{directory}' holds no {file}; an identity needs {CertificateFile}, {KeyFile} and {SealingKeyFile}.");
        SealingKeyPair? sealing = null;
        X509Certificate2? certificate = null;
        try
        {
            sealing = SealingKeyPair.ImportPem(File.ReadAllText(Path.Combine(directory, SealingKeyFile)));
            certificate = X509Certificate2.CreateFromPemFile(Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile));
            return new Identity(certificate, sealing);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or FormatException or PlatformNotSupportedException or UntrustedPeerException or InvalidDataException)
        {
            sealing?.Dispose();
            certificate?.Dispose();
            throw new InvalidDataException($"The identity in '{directory}' cannot be used: {error.Message}");
        }
    }

    /// <summary>Reads the certificate of a directory, DER.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static byte[] ReadCertificate(string directory)
    {
        var certificates = TrustAnchors.LoadCertificates(Path.Combine(directory, CertificateFile));
        var first = certificates[0].RawData;
        foreach (var certificate in certificates) certificate.Dispose();
        return first;
    }

    /// <summary>Writes the certificate alone, in place of the one in <paramref name="directory"/>: the keys there stay.</summary>
    public void SaveCertificate(string directory) => OwnerOnlyFile.Write(Path.Combine(directory, CertificateFile), Certificate.ExportCertificatePem());

    /// <summary>Writes the three files, mode 0600, into a directory that is created with mode 0700 when absent.</summary>
    public void Save(string directory)
    {
        OwnerOnlyFile.CreateDirectory(directory);
        using var key = Certificate.GetECDsaPrivateKey() ?? throw new InvalidOperationException("The certificate has no ECDSA key.");
        OwnerOnlyFile.Write(Path.Combine(directory, CertificateFile), Certificate.ExportCertificatePem());
        OwnerOnlyFile.Write(Path.Combine(directory, KeyFile), key.ExportPkcs8PrivateKeyPem());
        OwnerOnlyFile.Write(Path.Combine(directory, SealingKeyFile), SealingKey.ExportPem());
    }

    /// <summary>
    /// Takes a newer certificate for the same keys and name; connections made from now on show it, those that live go on. Takes ownership of nothing.
    /// </summary>
    /// <exception cref="UntrustedPeerException">The certificate is for other keys or another name.</exception>
    public void Renew(ReadOnlySpan<byte> certificateDer)
    {
        using var issued = X509CertificateLoader.LoadCertificate(certificateDer);
        var profile = CertificateProfile.Read(issued);
        if (profile.Role != Role || profile.Name != Name || !profile.SpkiSha256.AsSpan().SequenceEqual(SpkiSha256.Span) || !profile.SealingPublicKey.AsSpan().SequenceEqual(SealingKey.PublicKey.Span))
            throw new UntrustedPeerException($"The new certificate for {this} is for other keys or another name.");
        using var key = Certificate.GetECDsaPrivateKey() ?? throw new InvalidOperationException("The certificate has no ECDSA key.");
        // Handshakes may be under way with the former one.
        _former.Add(_certificate);
        _certificate = issued.CopyWithPrivateKey(key);
    }

    /// <summary>For example <c>party 'p0'</c>.</summary>
    public override string ToString() => $"{Role.ToName()} '{Name}'";

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var former in _former) former.Dispose();
        SealingKey.Dispose();
    }
}
