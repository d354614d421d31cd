using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mimir.Services.Attesting;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Services.Workers;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;

namespace Mimir.Services.Triples;

/// <summary>
/// The process of the Triple Service: one port for tapes, one for its gRPC service. It accepts parties only, and nothing that a party,
/// model owner or client could send it holds data.
/// </summary>
public static class TripleServiceHost
{
    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="Mimir.Spdz.PeerLostException">The coordinator is gone; every session has ended.</exception>
    /// <exception cref="InvalidDataException">The settings or the identity cannot be used.</exception>
    /// <exception cref="PortInUseException">A port is taken.</exception>
    public static async Task RunAsync(TripleServiceSettings settings, RoleEnvironment environment, CancellationToken cancellation)
    {
        settings.ShareThreads();
        var enrolled = settings.OpenTls(Role.TripleService);
        using var identity = enrolled.Identity;
        using var anchors = enrolled.Anchors;
        var coordinator = await environment.CoordinatorAsync(settings, cancellation);
        await using var joined = await Joined.EnterAsync(settings, enrolled, EvidenceProducers.Open(settings.Attestation), coordinator, environment, cancellation);
        var tls = joined.Tls;
        await using var listener = PeerListener.Start(settings.Endpoint(), tls, [Role.Party], environment.Log);
        var address = new HostAddress(settings.AdvertisedHost ?? listener.Endpoint.Address.ToString(), listener.Endpoint.Port);
        using var dealer = new Dealer(tls, listener, (long)settings.PrefixMegabytes << 20);
        await using var server = await GrpcServer.StartAsync(
            tls, new IPEndPoint(listener.Endpoint.Address, settings.GrpcPort), services => services.AddSingleton(new TripleServiceEndpoint(tls, dealer)),
            routes => routes.MapGrpcService<TripleServiceEndpoint>(), environment.Log, cancellation: cancellation);
        environment.Listening(address);
        environment.Log(settings.Attestation.Demand);
        var hello = new WorkerHello
        {
            ProtocolVersion = ProtocolVersion.Current,
            Host = address.Host,
            Port = (uint)address.Port,
            GrpcPort = (uint)server.Port,
        };
        await using var link = await CoordinatorLink.ConnectAsync(tls, coordinator, hello, cancellation);
        joined.Renewed = link.Announce;
        dealer.Outbox = envelope => link.Send(new WorkerMessage { Sealed = envelope });
        await new WorkerLoop(tls, link, dealer, environment).RunAsync(cancellation);
    }
}
