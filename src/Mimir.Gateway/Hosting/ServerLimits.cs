using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mimir.Gateway.Hosting;

/// <summary>What one client may cost.</summary>
internal static class ServerLimits
{
    private const int Connections = 256;
    private const int MinBytesPerSecond = 240;

    /// <summary>Bounds sizes, counts and times.</summary>
    public static void Apply(KestrelServerOptions kestrel, GatewaySettings settings)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = Connections;
        limits.MaxRequestBodySize = settings.MaxBody;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 4 << 10;
        limits.KeepAliveTimeout = settings.Idle;
        limits.RequestHeadersTimeout = settings.Slow;
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, settings.Slow);
        limits.Http2.MaxStreamsPerConnection = 32;
    }
}
