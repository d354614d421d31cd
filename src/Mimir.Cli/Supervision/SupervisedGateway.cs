using System.Net;
using Mimir.Gateway;
using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Cli.Supervision;

/// <summary>The gateway of a local cluster: a data owner of its own, on loopback.</summary>
internal static class SupervisedGateway
{
    /// <summary>Serves until it is stopped.</summary>
    public static async Task RunAsync(SupervisedSettings settings, RoleEnvironment environment, CancellationToken cancellation)
    {
        using var identity = Identity.Load(settings.Identity);
        using var anchors = TrustAnchors.Load(settings.Authority);
        var address = HostAddress.Parse(await environment.Coordinator(cancellation));
        await using var gateway = await GatewayHost.StartAsync(
            new GatewaySettings
            {
                Tls = new TlsSettings { Identity = identity, Anchors = anchors },
                CoordinatorHost = address.Host,
                CoordinatorPort = address.Port,
                Models = [settings.Model ?? throw new UsageException("the gateway was started without a model")],
                Listen = IPEndPoint.Parse(settings.Listen),
                Generation = settings.Generation,
                Log = environment.Log,
            },
            cancellation);
        environment.Listening(new HostAddress(gateway.Address.Host, gateway.Address.Port));
        await gateway.WaitForShutdownAsync(cancellation);
    }
}
