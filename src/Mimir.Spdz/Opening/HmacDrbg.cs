using System.Security.Cryptography;

namespace Mimir.Spdz.Opening;

/// <summary>
/// HMAC_DRBG with SHA-256 (NIST SP 800-90A Rev. 1, section 10.1.2): a party's own secret randomness. Not for shares (those are
/// expanded by <see cref="Mimir.Numerics.Prg"/>), only for seeds and commitments.
/// </summary>
public sealed class HmacDrbg : IDisposable
{
    private const int StackBytes = 256;
    private readonly byte[] _key = new byte[32];
    private readonly byte[] _v = new byte[32];

    /// <summary>
    /// Instantiate: seed material = entropy ‖ nonce ‖ personalization; at least 32 bytes of entropy, or <see cref="ArgumentException"/>.
    /// </summary>
    public HmacDrbg(ReadOnlySpan<byte> entropy, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> personalization = default)
    {
        if (entropy.Length < 32) throw new ArgumentException("HMAC_DRBG needs at least 32 bytes of entropy");
        _v.AsSpan().Fill(1);
        Update([.. entropy, .. nonce, .. personalization]);
    }

    /// <summary>Seeded from the operating system.</summary>
    public static HmacDrbg FromSystem()
    {
        Span<byte> seed = stackalloc byte[48];
        RandomNumberGenerator.Fill(seed);
        try { return new HmacDrbg(seed[..32], seed[32..]); }
        finally { CryptographicOperations.ZeroMemory(seed); }
    }

    /// <summary>Generate, with optional additional input; at most 65,536 bytes a call.</summary>
    public void Fill(Span<byte> destination, ReadOnlySpan<byte> additional = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, 1 << 16);
        if (!additional.IsEmpty) Update(additional);
        for (var at = 0; at < destination.Length; at += 32)
        {
            HMACSHA256.HashData(_key, _v, _v);
            var length = Math.Min(32, destination.Length - at);
            _v.AsSpan(0, length).CopyTo(destination[at..]);
        }
        Update(additional);
    }

    /// <summary>Reseed with fresh entropy.</summary>
    public void Reseed(ReadOnlySpan<byte> entropy, ReadOnlySpan<byte> additional = default) => Update([.. entropy, .. additional]);

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_v);
    }

    private void Update(ReadOnlySpan<byte> provided)
    {
        Mix(0, provided);
        if (!provided.IsEmpty) Mix(1, provided);
    }

    private void Mix(byte separator, ReadOnlySpan<byte> provided)
    {
        var length = _v.Length + 1 + provided.Length;
        var message = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        message = message[..length];
        _v.CopyTo(message);
        message[_v.Length] = separator;
        provided.CopyTo(message[(_v.Length + 1)..]);
        HMACSHA256.HashData(_key, message, _key);
        HMACSHA256.HashData(_key, _v, _v);
        CryptographicOperations.ZeroMemory(message);
    }
}
