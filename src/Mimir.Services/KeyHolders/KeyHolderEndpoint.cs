using Google.Protobuf;
using Grpc.Core;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Services.KeyHolders;

/// <summary>A holder's gRPC service. Callers have shown a certificate only; whether they get the share is for <see cref="ShareHolder"/> to say.</summary>
internal sealed class KeyHolderEndpoint(ShareHolder holder, Action<string> log) : KeyHolder.KeyHolderBase
{
    /// <inheritdoc/>
    [AllowRoles(Role.Party, Role.TripleService, Role.Coordinator, Role.DataOwner, Role.ModelOwner, BeforeAttestation = true)]
    public override Task<ShareChallengeReply> ChallengeShare(ShareChallengeRequest request, ServerCallContext context) =>
        AnswerAsync(context, requester => Task.FromResult(new ShareChallengeReply { Challenge = ByteString.CopyFrom(holder.Challenge(request.KeyName, requester)) }));

    /// <inheritdoc/>
    [AllowRoles(Role.Party, Role.TripleService, Role.Coordinator, Role.DataOwner, Role.ModelOwner, BeforeAttestation = true)]
    public override Task<ShareReleaseReply> ReleaseShare(ShareReleaseRequest request, ServerCallContext context) => AnswerAsync(context, async requester =>
    {
        var answer = new ShareAnswer(request.Challenge.Memory, request.RecipientKey.Memory, request.Evidence.Memory);
        var share = await holder.ReleaseAsync(request.KeyName, requester, answer, context.CancellationToken);
        log($"released to {requester}");
        return new ShareReleaseReply { SealedShare = ByteString.CopyFrom(share) };
    });

    private async Task<T> AnswerAsync<T>(ServerCallContext context, Func<PeerIdentity, Task<T>> answer)
    {
        var requester = context.Caller().Identity ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "A key holder answers over TLS only."));
        try
        {
            return await answer(requester);
        }
        catch (KeyReleaseException refused)
        {
            log($"refused {requester}: {AuditText.Word(refused.Refusal)}");
            throw new RpcException(new Status(StatusCode.PermissionDenied, AuditText.Word(refused.Refusal)));
        }
        catch (AuditLogException error)
        {
            log(error.Message);
            throw new RpcException(new Status(StatusCode.PermissionDenied, AuditText.Word(KeyRefusal.Denied)));
        }
    }
}
