using Mimir.Services.Attesting;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Services.Workers;
using Mimir.Spdz.Channels;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Trust;

namespace Mimir.Services.Nodes;

/// <summary>The process of one compute party.</summary>
public static class NodeHost
{
    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="Mimir.Spdz.PeerLostException">The coordinator is gone; every session has ended.</exception>
    /// <exception cref="InvalidDataException">The settings or the identity cannot be used.</exception>
    /// <exception cref="PortInUseException">The port is taken.</exception>
    public static Task RunAsync(RoleSettings settings, RoleEnvironment environment, CancellationToken cancellation) =>
        RunAsync(settings, environment, (mesh, _) => mesh, cancellation);

    /// <summary><paramref name="wrapMesh"/> lets a test be a cheating party: (mesh, "load" | "lanes" | "online" | "offline") → mesh.</summary>
    internal static async Task RunAsync(RoleSettings settings, RoleEnvironment environment, Func<IMesh, string, IMesh> wrapMesh, CancellationToken cancellation)
    {
        settings.ShareThreads();
        var enrolled = settings.OpenTls(Role.Party);
        using var identity = enrolled.Identity;
        using var anchors = enrolled.Anchors;
        var coordinator = await environment.CoordinatorAsync(settings, cancellation);
        await using var joined = await Joined.EnterAsync(settings, enrolled, EvidenceProducers.Open(settings.Attestation), coordinator, environment, cancellation);
        var tls = joined.Tls;
        await using var listener = PeerListener.Start(settings.Endpoint(), tls, [Role.Party, Role.ModelOwner], environment.Log);
        var address = new HostAddress(settings.AdvertisedHost ?? listener.Endpoint.Address.ToString(), listener.Endpoint.Port);
        environment.Listening(address);
        environment.Log(settings.Attestation.Demand);
        var hello = new WorkerHello { ProtocolVersion = ProtocolVersion.Current, Host = address.Host, Port = (uint)address.Port };
        await using var link = await CoordinatorLink.ConnectAsync(tls, coordinator, hello, cancellation);
        joined.Renewed = link.Announce;
        using var node = new Node(tls, listener, envelope => link.Send(new WorkerMessage { Sealed = envelope }), wrapMesh, (long)settings.PrefixMegabytes << 20, settings.Privacy);
        await new WorkerLoop(tls, link, node, environment).RunAsync(cancellation);
    }
}
