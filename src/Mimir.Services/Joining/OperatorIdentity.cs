using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Services.Joining;

/// <summary>
/// The identity that an operator gave, as long as a role runs: a new certificate for the same keys in its directory (<c>mimir identity renew</c>) is taken without a restart.
/// </summary>
internal static class OperatorIdentity
{
    /// <summary>Watches the identity of <paramref name="settings"/>; <paramref name="renewed"/> is told of each new certificate that <paramref name="tls"/> shows from then on.</summary>
    public static FileWatch Watch(RoleSettings settings, TlsSettings tls, RoleEnvironment environment, Action<PeerIdentity> renewed) =>
        FileWatch.Start(Path.Combine(settings.Identity, Identity.CertificateFile), tls.Clock, () =>
        {
            var certificate = Identity.ReadCertificate(settings.Identity);
            var peer = PeerIdentity.Verify(certificate, tls.Anchors, tls.Clock.GetUtcNow());
            tls.Identity.Renew(certificate);
            environment.Log($"{peer} shows the new certificate of '{settings.Identity}' from now on");
            renewed(peer);
        }, environment.Log);
}
