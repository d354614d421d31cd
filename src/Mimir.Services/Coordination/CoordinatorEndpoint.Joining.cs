using Google.Protobuf;
using Grpc.Core;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Trust;
using Mimir.Trust.Registration;
using Mimir.Trust.Revocations;

namespace Mimir.Services.Coordination;

/// <summary>Who may join, and who no longer may.</summary>
internal sealed partial class CoordinatorEndpoint
{
    /// <summary>A one-time nonce for evidence.</summary>
    [AllowRoles(Role.Party, Role.TripleService, BeforeAttestation = true, IsCostly = true)]
    public override Task<Challenge> RequestChallenge(ChallengeRequest request, ServerCallContext context) =>
        AnswerAsync(() => Task.FromResult(new Challenge { Nonce = ByteString.CopyFrom(registrar.Challenge(Verified(context))) }));

    /// <summary>Evidence for a node's keys, answered by a certificate for them.</summary>
    [AllowRoles(Role.Party, Role.TripleService, BeforeAttestation = true, IsCostly = true)]
    public override Task<AttestReply> Attest(AttestRequest request, ServerCallContext context) => AnswerAsync(() =>
    {
        try
        {
            return Task.FromResult(registrar.Admit(Verified(context), request, context.Channel()));
        }
        catch (RegistrationRefusedException refused)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, refused.Message));
        }
    });

    /// <summary>A signed revocation list.</summary>
    [AllowRoles(Role.Party, Role.TripleService, Role.Coordinator, Role.DataOwner, Role.ModelOwner, BeforeAttestation = true, IsCostly = true)]
    public override Task<Receipt> PublishRevocations(SignedRevocations request, ServerCallContext context) => AnswerAsync(() =>
    {
        try
        {
            cluster.Revoke(request.List.Memory);
            return Task.FromResult(new Receipt());
        }
        catch (RevocationRefusedException refused)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, refused.Message));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"the list is in force, and the coordinator could not keep it for its next start: {error.Message}"));
        }
    });
}
