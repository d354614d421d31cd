using System.Security.Cryptography;

namespace Mimir.Trust.Sealing;

/// <summary>The AEAD key and base nonce that RFC 9180's key schedule yields: seals or opens one message. Dispose zeroes them.</summary>
internal sealed class HpkeKey(byte[] key, byte[] baseNonce) : IDisposable
{
    /// <summary>The AEAD key, for known-answer tests.</summary>
    public ReadOnlySpan<byte> Key => key;

    /// <summary>The base nonce, which is the nonce of sequence number 0.</summary>
    public ReadOnlySpan<byte> BaseNonce => baseNonce;

    /// <summary>destination = ciphertext followed by the 16-byte tag.</summary>
    public void Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> aad, Span<byte> destination)
    {
        using var aes = new AesGcm(key, Hpke.TagLength);
        aes.Encrypt(baseNonce, plaintext, destination[..plaintext.Length], destination.Slice(plaintext.Length, Hpke.TagLength), aad);
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="AuthenticationTagMismatchException">Key, text or <paramref name="aad"/> differ from the sealer's.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> aad)
    {
        using var aes = new AesGcm(key, Hpke.TagLength);
        var plaintext = new byte[sealedText.Length - Hpke.TagLength];
        aes.Decrypt(baseNonce, sealedText[..plaintext.Length], sealedText[plaintext.Length..], plaintext, aad);
        return plaintext;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(baseNonce);
    }
}
