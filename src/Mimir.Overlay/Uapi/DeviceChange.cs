using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mimir.Overlay.Keys;

namespace Mimir.Overlay.Uapi;

/// <summary>A change of an interface in one step: <c>set=1</c> of WireGuard's cross-platform interface (wireguard.com/xplatform).</summary>
/// <param name="Peers">The peers that change, in this order.</param>
public sealed record DeviceChange(IReadOnlyList<PeerChange> Peers) : IDisposable
{
    /// <summary>How often a peer is sent something when there is nothing to send: half a NAT's shortest memory, and often enough that handshakes stay young.</summary>
    public const int KeepaliveSeconds = 25;

    /// <summary>The interface's new key. The caller keeps it.</summary>
    public WireGuardKeyPair? Key { get; init; }

    /// <summary>The interface's UDP port.</summary>
    public int? ListenPort { get; init; }

    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Peers.Count == 0 && Key is null && ListenPort is null;

    /// <summary>The request as it is sent. It holds secrets: the caller zeroes it.</summary>
    internal byte[] ToRequest()
    {
        // Room for all of it, so that no copy of a secret is left behind by growing.
        using var request = new MemoryStream(new byte[256 + 512 * Peers.Count], 0, 256 + 512 * Peers.Count, true, true);
        request.Write("set=1\n"u8);
        if (Key is not null) Write(request, "private_key", Key.PrivateKey);
        if (ListenPort is { } port) Write(request, string.Create(CultureInfo.InvariantCulture, $"listen_port={port}"));
        foreach (var peer in Peers)
        {
            Write(request, "public_key", peer.PublicKey.ToBytes());
            if (peer.Remove)
            {
                Write(request, "remove=true");
                continue;
            }
            if (peer.PresharedKey is not null) Write(request, "preshared_key", peer.PresharedKey);
            if (peer.Endpoint is not null) Write(request, $"endpoint={peer.Endpoint}");
            if (peer.Address is not null)
            {
                Write(request, "replace_allowed_ips=true");
                Write(request, $"allowed_ip={peer.Address}/128");
            }
            if (peer.Greet)
            {
                // It sends at once only when keeping alive begins.
                Write(request, "persistent_keepalive_interval=0");
                Write(request, "public_key", peer.PublicKey.ToBytes());
                Write(request, string.Create(CultureInfo.InvariantCulture, $"persistent_keepalive_interval={KeepaliveSeconds}"));
            }
        }
        request.WriteByte((byte)'\n');
        var written = request.GetBuffer().AsSpan(0, (int)request.Position);
        var bytes = written.ToArray();
        CryptographicOperations.ZeroMemory(written);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var peer in Peers) CryptographicOperations.ZeroMemory(peer.PresharedKey);
    }

    private static void Write(MemoryStream request, string line)
    {
        request.Write(Encoding.ASCII.GetBytes(line));
        request.WriteByte((byte)'\n');
    }

    private static void Write(MemoryStream request, string name, ReadOnlySpan<byte> value)
    {
        Span<byte> hex = stackalloc byte[2 * WireGuardPublicKey.Size];
        Convert.TryToHexStringLower(value, hex, out _);
        request.Write(Encoding.ASCII.GetBytes(name));
        request.WriteByte((byte)'=');
        request.Write(hex);
        request.WriteByte((byte)'\n');
        CryptographicOperations.ZeroMemory(hex);
    }
}
