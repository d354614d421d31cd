using System.Net;
using Mimir.Overlay.Keys;

namespace Mimir.Overlay.Uapi;

/// <summary>A peer as an interface has it.</summary>
/// <param name="PublicKey">Its WireGuard key.</param>
public sealed record UapiPeer(WireGuardPublicKey PublicKey)
{
    /// <summary>Where its packets came from last, or were told to be sent.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>When a handshake was last completed, or null.</summary>
    public DateTimeOffset? LastHandshake { get; init; }

    /// <summary>Bytes received from it, with WireGuard's own.</summary>
    public ulong ReceivedBytes { get; init; }

    /// <summary>Bytes sent to it, with WireGuard's own.</summary>
    public ulong SentBytes { get; init; }

    /// <summary>Seconds between packets that keep the session fresh; 0: none are sent.</summary>
    public int KeepaliveSeconds { get; init; }

    /// <summary>The networks that are sent to it and accepted from it.</summary>
    public IReadOnlyList<IPNetwork> AllowedAddresses { get; init; } = [];

    /// <summary>The preshared key, 32 bytes; all zero when there is none. <see cref="UapiDevice.Dispose"/> zeroes it.</summary>
    internal byte[] PresharedKey { get; init; } = new byte[WireGuardPublicKey.Size];
}
