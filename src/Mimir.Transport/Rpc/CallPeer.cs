using Grpc.Core;
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

    internal static void SetCaller(this ServerCallContext context, RemotePeer peer) => context.UserState[Key] = peer;
}
