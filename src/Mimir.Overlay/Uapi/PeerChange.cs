using System.Net;
using Mimir.Overlay.Keys;

namespace Mimir.Overlay.Uapi;

/// <summary>What is to change at one peer of an interface. What is null stays.</summary>
/// <param name="PublicKey">Which peer; one that the interface does not have is added.</param>
public sealed record PeerChange(WireGuardPublicKey PublicKey)
{
    /// <summary>Takes the peer away, and its sessions with it.</summary>
    public bool Remove { get; init; }

    /// <summary>Where to send.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>The overlay address that is routed to this peer from now on, and to no other.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Sends one empty packet now, which makes a handshake where there is no session, and then one every <see cref="DeviceChange.KeepaliveSeconds"/>.</summary>
    public bool Greet { get; init; }

    /// <summary>32 bytes; <see cref="DeviceChange.Dispose"/> zeroes them.</summary>
    internal byte[]? PresharedKey { get; init; }
}
