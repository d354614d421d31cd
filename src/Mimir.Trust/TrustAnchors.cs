using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mimir.Trust;

/// <summary>The certificate authorities of a session: the only roots that <see cref="PeerIdentity"/> accepts.</summary>
public sealed class TrustAnchors : IDisposable
{
    private readonly X509Certificate2Collection _certificates;

    /// <summary>Trusts exactly these roots.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public TrustAnchors(params X509Certificate2[] certificates)
    {
        if (certificates.Length == 0) throw new ArgumentException("At least one certificate authority is needed.", nameof(certificates));
        _certificates = [.. certificates];
    }

    /// <summary>Reads one or more PEM certificates from a file, as <see cref="Certificates.CertificateAuthority.SaveCertificate"/> writes it.</summary>
    /// <exception cref="InvalidDataException">The file holds no certificate.</exception>
    public static TrustAnchors Load(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (CryptographicException)
        {
            certificates.Clear();
        }

        return certificates.Count > 0
            ? new TrustAnchors([.. certificates])
            : throw new InvalidDataException($"'{path}' holds no certificate in PEM form; give the session's ca.pem.");
    }

    /// <summary>A chain policy that trusts these roots only, asks the network for nothing, and wants both TLS purposes.</summary>
    public X509ChainPolicy ChainPolicy(DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.NoFlag,
            VerificationTime = now.UtcDateTime,
        };
        policy.CustomTrustStore.AddRange(_certificates);
        return policy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var certificate in _certificates) certificate.Dispose();
    }
}
