using System.Net;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Mimir.Transport.Connections;
using Mimir.Transport.Limits;
using Mimir.Trust;

namespace Mimir.Transport.Rpc;

/// <summary>Attaches the verified caller to each call and refuses roles that the method does not allow.</summary>
internal sealed class RoleInterceptor(TlsSettings settings, CallBudget budget) : Interceptor
{
    /// <summary>On plain connections of an insecure lab: "role/name", unproven.</summary>
    public const string PlainPeerHeader = "mimir-peer";

    /// <summary>Where the TLS handshake leaves the peer on its connection.</summary>
    public static object ConnectionKey { get; } = new();

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(request, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Admit(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var peer = settings.IsPlain ? Claimed(http, context.Peer) : Verified(http, context.Peer);
        if (peer is null) throw new RpcException(new Status(StatusCode.Unauthenticated, "The caller has not proven who it is."));
        var rule = http.GetEndpoint()?.Metadata.GetMetadata<AllowRolesAttribute>();
        var allowed = rule?.Roles ?? [];
        if (!allowed.Contains(peer.Role))
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied,
                $"{peer.Role.ToName()} '{peer.Name}' may not call {context.Method}; it is for {string.Join(", ", allowed.Select(role => role.ToName()))}."));
        }

        if (rule is not { BeforeAttestation: true } && peer.Identity is { } identity) RequireAttested(identity);
        if (rule is { IsCostly: true } && budget.Take($"{peer.Role.ToName()} '{peer.Name}'", http.Connection.RemoteIpAddress ?? IPAddress.None) is { } reason)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, reason));
        context.SetCaller(peer);
    }

    private void RequireAttested(PeerIdentity caller)
    {
        try
        {
            settings.Anchors.RequireAttested(caller);
        }
        catch (UntrustedPeerException refused)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, refused.Message));
        }
    }

    private static RemotePeer? Verified(HttpContext http, string address) =>
        http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(ConnectionKey, out var value) == true && value is PeerIdentity identity
            ? new RemotePeer(identity.Role, identity.Name, address, identity)
            : null;

    private static RemotePeer? Claimed(HttpContext http, string address)
    {
        var parts = http.Request.Headers[PlainPeerHeader].ToString().Split('/');
        return parts.Length == 2 && RoleNames.TryParse(parts[0], out var role) && PeerName.IsValid(parts[1])
            ? new RemotePeer(role, parts[1], address, null)
            : null;
    }
}
