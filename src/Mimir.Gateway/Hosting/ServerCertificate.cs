using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Mimir.Gateway.Hosting;

/// <summary>The certificate with which others than this machine are served, and those that lead from it to its authority.</summary>
internal sealed class ServerCertificate
{
    private readonly X509Certificate2 _own;
    private readonly X509Certificate2Collection _chain = [];

    private ServerCertificate(string certificate, string? key)
    {
        _own = X509Certificate2.CreateFromPemFile(certificate, key);
        _chain.ImportFromPemFile(certificate);
    }

    /// <summary>Reads it; null when the gateway serves plain HTTP.</summary>
    /// <exception cref="InvalidDataException">A file is missing or unreadable.</exception>
    public static ServerCertificate? Open(GatewaySettings settings)
    {
        if (settings.Certificate is not { } file) return null;
        try
        {
            return new ServerCertificate(file, settings.CertificateKey);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"gateway.tls_certificate: '{file}' holds no certificate with its key in PEM form: {error.Message}");
        }
    }

    /// <summary>For a listening address.</summary>
    public void Apply(HttpsConnectionAdapterOptions https)
    {
        https.ServerCertificate = _own;
        https.ServerCertificateChain = _chain;
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    }
}
