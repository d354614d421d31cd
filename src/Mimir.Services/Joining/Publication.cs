using Google.Protobuf;
using Grpc.Core;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;

namespace Mimir.Services.Joining;

/// <summary>Gives a signed revocation list to the coordinator, which passes it on.</summary>
public static class Publication
{
    /// <summary>Returns when the coordinator has it in force.</summary>
    /// <exception cref="InvalidDataException">The settings cannot be used, or the coordinator does not accept the list; says why.</exception>
    /// <exception cref="PeerLostException">The coordinator cannot be reached.</exception>
    public static async Task SendAsync(RoleSettings settings, byte[] signed, CancellationToken cancellation)
    {
        using var identity = Identity.Load(settings.Identity);
        using var anchors = settings.OpenAnchors();
        var address = HostAddress.Parse(settings.Coordinator ?? throw new InvalidDataException("coordinator is not set; the list was signed and not published"));
        using var channel = PeerChannel.Create(new TlsSettings { Identity = identity, Anchors = anchors }, address.Host, address.Port, Role.Coordinator);
        try
        {
            await new Coordinator.CoordinatorClient(channel.Invoker).PublishRevocationsAsync(
                new SignedRevocations { List = ByteString.CopyFrom(signed) }, cancellationToken: cancellation);
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw channel.Translate(error) is RpcException { StatusCode: StatusCode.FailedPrecondition } refused
                ? new InvalidDataException(refused.Status.Detail, error)
                : channel.Translate(error);
        }
    }
}
