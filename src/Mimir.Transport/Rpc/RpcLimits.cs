namespace Mimir.Transport.Rpc;

/// <summary>Bounds of the control plane, the same on both sides.</summary>
public static class RpcLimits
{
    /// <summary>The largest gRPC message in bytes: a sealed prompt of 32,768 tokens for 4 parties fits.</summary>
    public const int MaxMessageBytes = 4 << 20;

    internal const int MaxConnections = 256;
    internal const int MaxStreamsPerConnection = 64;
    internal static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);
}
