using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mimir.Trust;

namespace Mimir.Overlay;

/// <summary>
/// Where a node is in the overlay. The address follows from the name that the certificate proves, so nobody can claim another's and nobody
/// hands addresses out: fd6d:696d:6972::/48 (a unique local prefix, RFC 4193), then 80 bits of SHA-256("mimir/overlay-address/v1/role/name").
/// </summary>
public static class OverlayAddress
{
    /// <summary>Bits that all addresses share.</summary>
    public const int PrefixLength = 48;

    /// <summary>The address of a node.</summary>
    public static IPAddress Of(Role role, string name)
    {
        Span<byte> address = [0xfd, 0x6d, 0x69, 0x6d, 0x69, 0x72, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        SHA256.HashData(Encoding.ASCII.GetBytes($"mimir/overlay-address/v1/{role.ToName()}/{PeerName.Require(name)}")).AsSpan(0, 10).CopyTo(address[6..]);
        return new IPAddress(address);
    }
}
