using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Mimir.Transport.Connections;
using Mimir.Transport.Limits;

namespace Mimir.Transport.Rpc;

/// <summary>The limits of a gRPC port: its connections pass a <see cref="ConnectionGate"/> before TLS begins, and its calls are counted.</summary>
internal static class GatedConnections
{
    private static readonly object Key = new();

    /// <summary>To be called before TLS is added.</summary>
    public static void Use(ListenOptions listen, TlsSettings settings, Action<string>? refused)
    {
        var gate = new ConnectionGate(settings.Limits, settings.Clock, listen.EndPoint.ToString()!, refused);
        listen.Use(next => async connection =>
        {
            using var pass = connection.RemoteEndPoint is IPEndPoint remote ? gate.Enter(remote.Address, connection.Abort) : null;
            if (pass is null)
            {
                connection.Abort();
                return;
            }

            connection.Items[Key] = pass;
            if (settings.IsPlain) pass.Complete();
            await next(connection);
        });
    }

    /// <summary>The peer of <paramref name="connection"/> has proven who it is.</summary>
    public static void Complete(ConnectionContext connection) => ((ConnectionPass)connection.Items[Key]!).Complete();

    /// <summary>
    /// Refuses calls beyond <see cref="ConnectionLimits.CallsPerSecond"/> before their message is read. Where a client sends one message it must not dawdle; a stream of
    /// messages may be silent between them.
    /// </summary>
    public static Task BoundCallAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items[Key] is not ConnectionPass pass || !pass.TryCall())
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = ((int)StatusCode.ResourceExhausted).ToString(System.Globalization.CultureInfo.InvariantCulture);
            context.Response.Headers["grpc-message"] = "Too many calls on this connection; try again in a moment.";
            return Task.CompletedTask;
        }

        var type = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Type;
        if (type is MethodType.ClientStreaming or MethodType.DuplexStreaming && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        return next(context);
    }
}
