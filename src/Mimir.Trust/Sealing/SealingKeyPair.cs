using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace Mimir.Trust.Sealing;

/// <summary>An X25519 key pair (RFC 7748). Messages are sealed to its public half; <see cref="Dispose"/> zeroes the private half.</summary>
public sealed class SealingKeyPair : IDisposable
{
    /// <summary>Length of either half, in bytes.</summary>
    public const int Size = 32;

    // RFC 8410: PrivateKeyInfo { version 0, id-X25519, OCTET STRING { OCTET STRING key } } up to the key itself.
    private static ReadOnlySpan<byte> Pkcs8Prefix => [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20];

    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey = new byte[Size];
    private bool _disposed;

    private SealingKeyPair(byte[] privateKey)
    {
        _privateKey = privateKey;
        X25519.GeneratePublicKey(_privateKey, 0, _publicKey, 0);
    }

    /// <summary>The public half, 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>A fresh random pair.</summary>
    public static SealingKeyPair Generate() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>The pair of a 32-byte private key, which is copied.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static SealingKeyPair FromPrivateKey(ReadOnlySpan<byte> privateKey) => privateKey.Length == Size
        ? new SealingKeyPair(privateKey.ToArray())
        : throw new ArgumentException($"An X25519 private key has {Size} bytes, not {privateKey.Length}.", nameof(privateKey));

    /// <summary>The private key as PEM (PKCS #8, RFC 8410). The caller keeps it secret.</summary>
    public string ExportPem()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<byte> der = stackalloc byte[Pkcs8Prefix.Length + Size];
        Pkcs8Prefix.CopyTo(der);
        _privateKey.CopyTo(der[Pkcs8Prefix.Length..]);
        try
        {
            return PemEncoding.WriteString("PRIVATE KEY", der);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>Reads what <see cref="ExportPem"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not an X25519 private key.</exception>
    public static SealingKeyPair ImportPem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields)) throw new InvalidDataException("Not an X25519 private key in PEM form.");
        var der = Convert.FromBase64String(new string(pem[fields.Base64Data]));
        try
        {
            if (der.Length != Pkcs8Prefix.Length + Size || !der.AsSpan().StartsWith(Pkcs8Prefix))
                throw new InvalidDataException("Not an X25519 private key in PEM form.");
            return FromPrivateKey(der.AsSpan(Pkcs8Prefix.Length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>X25519 agreement with a public key. False when the result is all zero (the other key is of small order).</summary>
    internal bool TryAgree(ReadOnlySpan<byte> otherPublicKey, byte[] sharedSecret, int offset)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return X25519.CalculateAgreement(_privateKey, 0, otherPublicKey.ToArray(), 0, sharedSecret, offset);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_privateKey);
    }
}
