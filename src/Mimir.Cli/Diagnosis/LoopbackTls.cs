using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mimir.Cli.Diagnosis;

/// <summary>One TLS 1.3 connection over loopback under a throw-away certificate: whether the system's TLS can do what every link needs.</summary>
internal static class LoopbackTls
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The protocol and cipher that both ends agreed on.</summary>
    public static async Task<string> TryAsync(CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Limit);
        using var certificate = Certificate();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        var accepting = listener.AcceptTcpClientAsync(limited.Token).AsTask();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, limited.Token);
        using var accepted = await accepting;
        await using var server = new SslStream(accepted.GetStream());
        await using var caller = new SslStream(client.GetStream());
        await Task.WhenAll(
            server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                EnabledSslProtocols = SslProtocols.Tls13,
            }, limited.Token),
            caller.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null && presented.GetCertHashString() == certificate.GetCertHashString(),
            }, limited.Token));
        return $"{caller.SslProtocol}, {caller.NegotiatedCipherSuite}";
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddMinutes(-5), now.AddMinutes(5));
    }
}
