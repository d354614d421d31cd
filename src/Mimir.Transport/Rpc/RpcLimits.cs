using Mimir.Transport.Limits;

namespace Mimir.Transport.Rpc;

/// <summary>Bounds of the control plane, the same on both sides.</summary>
public static class RpcLimits
{
    /// <summary>The largest gRPC message in bytes: a sealed prompt of 32,768 tokens for 4 parties fits.</summary>
    public const int MaxMessageBytes = 4 << 20;

    /// <summary>The largest header field and the largest request line in bytes, and the most header fields.</summary>
    internal const int MaxHeaderBytes = 4096, MaxHeaders = 32;
    /// <summary>Slower than this, for as long as <see cref="ConnectionLimits.Slow"/>, is too slow.</summary>
    internal const int MinBytesPerSecond = 240;

    internal const int MaxStreamsPerConnection = 64;
    internal static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);
}
