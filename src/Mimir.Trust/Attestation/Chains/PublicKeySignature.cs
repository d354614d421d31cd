using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>Verifies signatures by keys given as SubjectPublicKeyInfo. False for whatever is not understood; throws nothing.</summary>
public static class PublicKeySignature
{
    private const int SmallestRsaKey = 2048;
    private const int LargestRsaKey = 8192;

    /// <summary>Whether <paramref name="signature"/> over <paramref name="message"/> is by the key, with exactly this algorithm (ECDSA: DER form).</summary>
    public static bool Verify(SignatureAlgorithm algorithm, ReadOnlyMemory<byte> publicKeyInfo, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => algorithm switch
    {
        SignatureAlgorithm.RsaSha256 => Rsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        SignatureAlgorithm.RsaSha384 => Rsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        SignatureAlgorithm.RsaSha512 => Rsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        SignatureAlgorithm.RsaPssSha256 => Rsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        SignatureAlgorithm.RsaPssSha384 => Rsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        SignatureAlgorithm.RsaPssSha512 => Rsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        SignatureAlgorithm.EcdsaSha256 => Ecdsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
        SignatureAlgorithm.EcdsaSha384 => Ecdsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence),
        SignatureAlgorithm.EcdsaSha512 => Ecdsa(publicKeyInfo, message, signature, HashAlgorithmName.SHA512, DSASignatureFormat.Rfc3279DerSequence),
        _ => false,
    };

    /// <summary>ECDSA on P-256, P-384 or P-521 in either form of signature.</summary>
    public static bool Ecdsa(
        ReadOnlyMemory<byte> publicKeyInfo, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, HashAlgorithmName hash, DSASignatureFormat format)
    {
        try
        {
            if (PublicKeyKinds.Of(publicKeyInfo) is not (PublicKeyKind.P256 or PublicKeyKind.P384 or PublicKeyKind.P521)) return false;
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKeyInfo.Span, out var read);
            return read == publicKeyInfo.Length && key.VerifyData(message, signature, hash, format);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>RSA with a modulus of 2,048 to 8,192 bits; PSS with a salt as long as the hash.</summary>
    public static bool Rsa(
        ReadOnlyMemory<byte> publicKeyInfo, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        try
        {
            if (PublicKeyKinds.Of(publicKeyInfo) != PublicKeyKind.Rsa) return false;
            using var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(publicKeyInfo.Span, out var read);
            return read == publicKeyInfo.Length && key.KeySize is >= SmallestRsaKey and <= LargestRsaKey && key.VerifyData(message, signature, hash, padding);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
