using System.Security.Cryptography;
using System.Text;
using Mimir.Trust;

namespace Mimir.Overlay.Keys;

/// <summary>
/// The preshared key of two nodes. It follows from their certificates' sealing keys, so that nobody exchanges it, and whoever has stolen only a
/// WireGuard key cannot speak for the node.
/// </summary>
public static class PresharedKey
{
    /// <summary>
    /// HKDF-SHA256(X25519(own sealing key, the peer's), info = "mimir/wireguard/psk/v1" ‖ the smaller SPKI hash ‖ the larger), 32 bytes, the
    /// same on both sides. The caller zeroes it.
    /// </summary>
    /// <exception cref="UntrustedPeerException">The peer's sealing key is of small order.</exception>
    public static byte[] Derive(Identity own, PeerIdentity peer)
    {
        var secret = new byte[32];
        try
        {
            if (!own.SealingKey.TryAgree(peer.SealingPublicKey.Span, secret, 0))
                throw new UntrustedPeerException($"The sealing key of {peer} is not usable; it needs a new certificate.");
            var ownFirst = own.SpkiSha256.Span.SequenceCompareTo(peer.SpkiSha256.Span) < 0;
            var (first, second) = ownFirst ? (own.SpkiSha256, peer.SpkiSha256) : (peer.SpkiSha256, own.SpkiSha256);
            byte[] info = [.. Encoding.ASCII.GetBytes("mimir/wireguard/psk/v1"), .. first.Span, .. second.Span];
            return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, WireGuardPublicKey.Size, salt: null, info);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
