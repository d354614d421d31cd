using Grpc.Core;
using Google.Protobuf;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Triples;

/// <summary>The gRPC service of triples.proto.</summary>
internal sealed class TripleServiceEndpoint(TlsSettings tls, Dealer dealer) : TripleService.TripleServiceBase
{
    /// <summary>The keys of A for the model owner of a group: sealed to it, once.</summary>
    [AllowRoles(Role.ModelOwner)]
    public override async Task<ModelMask> OpenModelMask(ModelMaskRequest request, ServerCallContext context)
    {
        var caller = context.Caller().Identity ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "Mask keys are given over mutual TLS only."));
        try
        {
            var id = request.Group.ToSessionId();
            var (group, keys) = await dealer.MaskKeysAsync(id, context.CancellationToken);
            if (!caller.SpkiSha256.Span.SequenceEqual(group.ModelOwner.SpkiSha256.Span))
                throw new RpcException(new Status(StatusCode.PermissionDenied, $"{caller} is not the model owner of this group."));
            SealedPayloads.RequireDigest(request.DescriptorDigest.Span, group.Digest.Span, caller.ToString());
            if (!dealer.TakeKeys(id)) throw new RpcException(new Status(StatusCode.AlreadyExists, "The mask keys of this group were given out before; share the model again."));
            var sealing = new SealedRoutes(tls.Identity, id);
            return new ModelMask { SealedKeys = sealing.Seal(caller, SealPurpose.ModelMask, keys.SelectMany(k => k).ToArray()).ToByteString() };
        }
        catch (ProtocolViolation error)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, error.Message));
        }
        catch (TimeoutException)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "This group is not known here; the parties did not open their tapes."));
        }
        catch (PeerLostException error)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, error.Message));
        }
    }

    /// <summary>Public numbers of this process.</summary>
    [AllowRoles(Role.Party, Role.TripleService, Role.Coordinator, Role.DataOwner, Role.ModelOwner)]
    public override Task<StatisticsReport> Statistics(StatisticsRequest request, ServerCallContext context) =>
        Task.FromResult(new StatisticsReport { Metrics = new RoleMetrics { Peer = tls.Identity.ToRef(), PeakMemoryBytes = PeakMemory.Bytes } });
}
