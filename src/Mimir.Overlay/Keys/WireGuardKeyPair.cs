using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace Mimir.Overlay.Keys;

/// <summary>A node's WireGuard key pair (X25519, RFC 7748; the private half clamped, as WireGuard keeps it). <see cref="Dispose"/> zeroes the private half.</summary>
public sealed class WireGuardKeyPair : IDisposable
{
    private readonly byte[] _privateKey;

    private WireGuardKeyPair(byte[] privateKey)
    {
        _privateKey = privateKey;
        var publicKey = new byte[WireGuardPublicKey.Size];
        X25519.GeneratePublicKey(_privateKey, 0, publicKey, 0);
        PublicKey = WireGuardPublicKey.FromBytes(publicKey);
    }

    /// <summary>The public half.</summary>
    public WireGuardPublicKey PublicKey { get; }

    /// <summary>The private half, 32 bytes: for the interface and for <see cref="KeyFolder"/>, nothing else.</summary>
    internal ReadOnlySpan<byte> PrivateKey => _privateKey;

    /// <summary>A fresh random pair.</summary>
    public static WireGuardKeyPair Generate()
    {
        var key = RandomNumberGenerator.GetBytes(WireGuardPublicKey.Size);
        key[0] &= 0xf8;
        key[^1] = (byte)(key[^1] & 0x7f | 0x40);
        return new(key);
    }

    /// <summary>The pair of a private key, which is copied.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static WireGuardKeyPair FromPrivateKey(ReadOnlySpan<byte> privateKey) => privateKey.Length == WireGuardPublicKey.Size
        ? new(privateKey.ToArray())
        : throw new ArgumentException($"A WireGuard key has {WireGuardPublicKey.Size} bytes, not {privateKey.Length}.", nameof(privateKey));

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}
