using Mimir.Overlay.Keys;
using Mimir.Trust;

namespace Mimir.Overlay.Running;

/// <summary>This node's end of the overlay. Disposing of it disposes of identity and key.</summary>
/// <param name="Identity">Its certificate.</param>
/// <param name="Key">Its current WireGuard key.</param>
/// <param name="ListenPort">Its UDP port.</param>
public sealed record OverlaySelf(Identity Identity, WireGuardKeyPair Key, int ListenPort) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Identity.Dispose();
        Key.Dispose();
    }
}
