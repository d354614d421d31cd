using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mimir.Trust.Audit;

/// <summary>Whose signatures count: certificates of an authority, or one public key.</summary>
public sealed class AuditSigners : IDisposable
{
    private readonly TrustAnchors? _anchors;
    private readonly byte[]? _spki;

    private AuditSigners(TrustAnchors? anchors, byte[]? spki) => (_anchors, _spki) = (anchors, spki);

    /// <summary>Any process with a certificate of these authorities that was valid when the log was opened. Takes ownership.</summary>
    public static AuditSigners Of(TrustAnchors anchors) => new(anchors, null);

    /// <summary>The key of a PEM file: a certificate or a public key.</summary>
    /// <exception cref="InvalidDataException">The file holds neither.</exception>
    public static AuditSigners OfKeyFile(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            if (text.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
            {
                using var certificate = X509Certificate2.CreateFromPem(text);
                return new(null, certificate.PublicKey.ExportSubjectPublicKeyInfo());
            }
            using var key = ECDsa.Create();
            key.ImportFromPem(text);
            return new(null, key.ExportSubjectPublicKeyInfo());
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or PlatformNotSupportedException or IOException)
        {
            throw new InvalidDataException($"{path}: holds no certificate and no ECDSA public key in PEM form");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _anchors?.Dispose();

    /// <summary>The key of the certificate in an <c>opened</c> entry, if it counts and is the certificate of whom the entry names.</summary>
    internal ECDsa? Accept(AuditEntry opened)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(opened.Text("certificate") ?? ""));
            if (_anchors is not null)
            {
                var peer = PeerIdentity.Verify(certificate, _anchors, opened.Time);
                if (AuditText.Peer(peer.Role, peer.Name) != opened.Text("writer")) return null;
            }
            else if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(_spki)) return null;
            return certificate.GetECDsaPublicKey();
        }
        catch (Exception error) when (error is CryptographicException or FormatException or UntrustedPeerException)
        {
            return null;
        }
    }
}
