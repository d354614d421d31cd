using System.Security.Cryptography;
using System.Text;
using Mimir.Trust;

namespace Mimir.Transport.Sessions;

/// <summary>
/// Names of the several meshes among the same parties: the first 16 bytes of SHA-256(session ‖ label), so that one can never be taken for another.
/// </summary>
public static class ConnectionIds
{
    /// <summary>The mesh over which a model is loaded.</summary>
    public static SessionId Load(SessionId group) => Derive(group, "load");

    /// <summary>The mesh of the steps of all sessions on one model.</summary>
    public static SessionId Lanes(SessionId group) => Derive(group, "lanes");

    /// <summary>The mesh of a session's agreements and checks.</summary>
    public static SessionId Online(SessionId session) => Derive(session, "online");

    /// <summary>The mesh of sacrifices and audits.</summary>
    public static SessionId Offline(SessionId session) => Derive(session, "offline");

    private static SessionId Derive(SessionId session, string label)
    {
        byte[] bytes = [.. session.ToBytes(), .. Encoding.ASCII.GetBytes(label)];
        return SessionId.FromBytes(SHA256.HashData(bytes).AsSpan(0, SessionId.Size));
    }
}
