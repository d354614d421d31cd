using System.Security.Cryptography;
using Mimir.Overlay.Keys;

namespace Mimir.Overlay.Uapi;

/// <summary>An interface as it is now. <see cref="Dispose"/> zeroes the secrets in it.</summary>
/// <param name="PublicKey">The public half of its key; null when it has none.</param>
/// <param name="ListenPort">Its UDP port; 0 when it does not listen.</param>
/// <param name="Peers">Its peers, in the interface's order.</param>
public sealed record UapiDevice(WireGuardPublicKey? PublicKey, int ListenPort, IReadOnlyList<UapiPeer> Peers) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var peer in Peers) CryptographicOperations.ZeroMemory(peer.PresharedKey);
    }
}
