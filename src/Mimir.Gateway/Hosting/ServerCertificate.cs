using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mimir.Gateway.Hosting;

/// <summary>The certificate with which others than this machine are served.</summary>
internal static class ServerCertificate
{
    /// <summary>Reads it; null when the gateway serves plain HTTP.</summary>
    /// <exception cref="InvalidDataException">A file is missing or unreadable.</exception>
    public static X509Certificate2? Open(GatewaySettings settings)
    {
        if (settings.Certificate is not { } file) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(file, settings.CertificateKey);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"gateway.tls_certificate: '{file}' holds no certificate with its key in PEM form: {error.Message}");
        }
    }
}
