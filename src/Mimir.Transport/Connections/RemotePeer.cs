using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>Who is at the other end.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Name">Its name.</param>
/// <param name="Address">host:port as dialled or accepted.</param>
/// <param name="Identity">Its verified certificate; null only on plain connections of an insecure lab.</param>
public sealed record RemotePeer(Role Role, string Name, string Address, PeerIdentity? Identity)
{
    /// <summary>For example <c>party 'p1' at 10.0.0.2:7000</c>.</summary>
    public override string ToString() => $"{Role.ToName()} '{Name}' at {Address}";
}
