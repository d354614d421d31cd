using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Transport.Connections;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Audit;

namespace Mimir.Services.Coordination;

/// <summary>The process of the coordinator: it admits, schedules and relays, and reads nothing of what it relays.</summary>
public static class CoordinatorHost
{
    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="InvalidDataException">The settings or the identity cannot be used.</exception>
    /// <exception cref="PortInUseException">The port is taken.</exception>
    public static async Task RunAsync(CoordinatorSettings settings, RoleEnvironment environment, CancellationToken cancellation)
    {
        var tls = settings.OpenTls(Role.Coordinator);
        using var identity = tls.Identity;
        using var anchors = tls.Anchors;
        var endpoint = settings.Endpoint();
        using var log = settings.AuditFile is { } file ? AuditLog.Open(file, identity, tls.Clock) : null;
        var audit = new CoordinatorAudit(log, environment.Log);
        await using var authorities = new AuthorityInOffice(settings, tls, environment.Log);
        var registrar = new Registrar(tls, authorities.First, settings.Attestation.Validity, environment.Log, audit);
        var cluster = new Cluster(tls, registrar, settings.MaxLanes, environment.Log, audit)
        {
            Ledger = settings.PrivacyLedger is { } ledger ? PrivacyLedger.Open(ledger, settings.EpsilonOwner) : null,
        };
        registrar.Admitted = cluster.Renew;
        var board = new OverlayBoard(() => cluster.Revocations);
        cluster.Revoked = board.Tell;
        var exchange = new OverlayEndpoint(board, tls.Clock);
        authorities.Watch(registrar.Succeed);
        await using var own = OperatorIdentity.Watch(settings, tls, environment, peer => cluster.Announce(peer.CertificateDer));
        await using var server = await GrpcServer.StartAsync(
            tls, endpoint, services => services.AddSingleton(new CoordinatorEndpoint(cluster, registrar)).AddSingleton(exchange),
            routes =>
            {
                routes.MapGrpcService<CoordinatorEndpoint>();
                routes.MapGrpcService<OverlayEndpoint>();
            },
            environment.Log, cancellation: cancellation);
        await using var outside = settings.OverlayListen is { } listen
            ? await GrpcServer.StartAsync(
                tls, RoleSettings.Endpoint("overlay.listen", listen), services => services.AddSingleton(exchange), routes => routes.MapGrpcService<OverlayEndpoint>(), environment.Log,
                cancellation: cancellation)
            : null;
        if (outside is not null) environment.Log($"exchanging overlay descriptors on port {outside.Port}");
        environment.Listening(new HostAddress(settings.AdvertisedHost ?? endpoint.Address.ToString(), server.Port));
        environment.Log(settings.Attestation.Demand);
        try
        {
            await server.WaitForShutdownAsync(cancellation);
        }
        finally
        {
            cluster.EndAll("the coordinator is stopping");
        }
    }
}
