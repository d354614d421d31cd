using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Mimir.Transport.Connections;

namespace Mimir.Transport.Rpc;

/// <summary>Who makes a call, as its certificate says.</summary>
public static class CallPeer
{
    private static readonly object Key = new();

    /// <summary>The caller, verified and allowed to call this method.</summary>
    /// <exception cref="InvalidOperationException">The service does not run on a <see cref="GrpcServer"/>.</exception>
    public static RemotePeer Caller(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var peer) ? (RemotePeer)peer : throw new InvalidOperationException("This call has no verified caller.");

    /// <summary>What names the TLS connection of this call, as <see cref="PeerChannel.Channel"/> does on the other side; empty on plain connections.</summary>
    public static byte[] Channel(this ServerCallContext context) =>
        context.GetHttpContext().Features.Get<ISslStreamFeature>() is { } secured ? ChannelBindings.Of(secured.SslStream) : [];

    internal static void SetCaller(this ServerCallContext context, RemotePeer peer) => context.UserState[Key] = peer;
}
