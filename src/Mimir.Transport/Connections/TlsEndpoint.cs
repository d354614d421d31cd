using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>
/// The TLS handshake of both sides: version 1.3 only, both sides present a certificate of the session's authority, no resumption
/// (so that every connection verifies), AES-128-GCM first.
/// </summary>
internal static class TlsEndpoint
{
    /// <summary>The binary protocol's name in ALPN, so that it cannot be confused with the gRPC control plane.</summary>
    private static readonly SslApplicationProtocol Protocol = new("mimir/1");

    /// <exception cref="UntrustedPeerException">The peer's certificate does not verify.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public static async Task<(Stream Stream, PeerIdentity Peer)> AuthenticateAsync(
        Stream transport, TlsSettings settings, bool asServer, CancellationToken cancellation)
    {
        PeerIdentity? peer = null;
        UntrustedPeerException? reason = null;
        bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            try
            {
                if (certificate is not X509Certificate2 presented) throw new UntrustedPeerException("The peer presented no certificate.");
                peer = settings.Anchors.RequireAttested(PeerIdentity.Verify(presented, settings.Anchors, settings.Clock.GetUtcNow()));
                return true;
            }
            catch (UntrustedPeerException error)
            {
                reason = error;
                return false;
            }
        }

        var tls = new SslStream(transport, leaveInnerStreamOpen: false);
        try
        {
            if (asServer) await tls.AuthenticateAsServerAsync(ServerOptions(settings, Validate, Protocol), cancellation);
            else await tls.AuthenticateAsClientAsync(ClientOptions(settings, Validate, Protocol), cancellation);
            if (peer is null) throw new UntrustedPeerException("The peer presented no certificate.");
            return (tls, peer);
        }
        catch (Exception error)
        {
            await tls.DisposeAsync();
            if (reason is not null) throw reason;
            if (error is AuthenticationException) throw new IOException($"the TLS 1.3 handshake failed ({error.InnerException?.Message ?? error.Message})", error);
            throw;
        }
    }

    /// <summary>What a server demands of every client, whatever protocol follows.</summary>
    public static SslServerAuthenticationOptions ServerOptions(
        TlsSettings settings, RemoteCertificateValidationCallback validate, SslApplicationProtocol protocol) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(settings.Identity.Certificate, null, offline: true),
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = validate,
        CertificateChainPolicy = settings.Anchors.ChainPolicy(settings.Clock.GetUtcNow()),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ApplicationProtocols = [protocol],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CipherSuitesPolicy = CipherSuites(),
    };

    /// <summary>What a client demands of every server, whatever protocol follows.</summary>
    public static SslClientAuthenticationOptions ClientOptions(
        TlsSettings settings, RemoteCertificateValidationCallback validate, SslApplicationProtocol protocol) => new()
    {
        ClientCertificateContext = SslStreamCertificateContext.Create(settings.Identity.Certificate, null, offline: true),
        TargetHost = "mimir",
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = validate,
        CertificateChainPolicy = settings.Anchors.ChainPolicy(settings.Clock.GetUtcNow()),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ApplicationProtocols = [protocol],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CipherSuitesPolicy = CipherSuites(),
    };

    private static CipherSuitesPolicy? CipherSuites() => OperatingSystem.IsLinux()
        ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256])
        : null;
}
