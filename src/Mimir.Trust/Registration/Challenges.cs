using System.Security.Cryptography;

namespace Mimir.Trust.Registration;

/// <summary>
/// One-time nonces. One is outstanding per node at most, so a node that asks again and again uses no memory; each is good for <paramref name="lifetime"/> and for one attempt,
/// whether it succeeds or not. Thread-safe.
/// </summary>
public sealed class Challenges(TimeProvider clock, TimeSpan lifetime)
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Nonce, long Since)> _outstanding = [];

    /// <summary>A fresh nonce for <paramref name="node"/>; the one before is void.</summary>
    public byte[] Issue(string node)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceSize);
        lock (_lock) _outstanding[node] = (nonce, clock.GetTimestamp());
        return nonce;
    }

    /// <summary>Uses up the node's nonce. Whether it was <paramref name="nonce"/> and still good.</summary>
    public bool Take(string node, ReadOnlySpan<byte> nonce)
    {
        lock (_lock)
        {
            return _outstanding.Remove(node, out var issued) && clock.GetElapsedTime(issued.Since) <= lifetime
                && CryptographicOperations.FixedTimeEquals(issued.Nonce, nonce);
        }
    }
}
