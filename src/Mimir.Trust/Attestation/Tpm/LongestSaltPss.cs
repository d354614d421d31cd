using System.Numerics;
using System.Security.Cryptography;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>
/// RSA-PSS with the longest salt for which there is room, as TPMs make it that do not keep to FIPS 186-4 (TCG TPM 2.0 Library, Part 1, section B.7). The platform verifies salts as long as
/// the hash only; this is EMSA-PSS-VERIFY of RFC 8017 section 9.1.2 with sLen = emLen − hLen − 2 and MGF1 by the same hash. Everything here is public.
/// </summary>
internal static class LongestSaltPss
{
    private const int SmallestKey = 2048, LargestKey = 8192;
    private const byte Trailer = 0xBC;

    /// <summary>Whether the key signed <paramref name="message"/>.</summary>
    public static bool Verify(ReadOnlyMemory<byte> publicKeyInfo, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        if (PublicKeyKinds.Of(publicKeyInfo) != PublicKeyKind.Rsa) return false;
        try
        {
            using var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(publicKeyInfo.Span, out _);
            return key.KeySize is >= SmallestKey and <= LargestKey && key.KeySize % 8 == 0 && signature.Length == key.KeySize / 8
                && Encoded(key.ExportParameters(false), signature) is { } encoded && IsEncodingOf(CryptographicOperations.HashData(hash, message), encoded, hash);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>s^e mod n as many bytes as the modulus, whose highest bit is unused; null when s ≥ n.</summary>
    private static byte[]? Encoded(RSAParameters key, ReadOnlySpan<byte> signature)
    {
        var (n, e, s) = (Unsigned(key.Modulus), Unsigned(key.Exponent), Unsigned(signature));
        if (s >= n || e.GetBitLength() > 64) return null;
        var number = BigInteger.ModPow(s, e, n).ToByteArray(isUnsigned: true, isBigEndian: true);
        var encoded = new byte[signature.Length];
        number.CopyTo(encoded, encoded.Length - number.Length);
        return encoded;
    }

    /// <summary>EM = (DB ⊕ MGF1(H)) ‖ H ‖ BCh with DB = 01h ‖ salt and H = Hash(0⁸ ‖ digest ‖ salt); the highest bit of EM is 0.</summary>
    private static bool IsEncodingOf(byte[] digest, byte[] encoded, HashAlgorithmName hash)
    {
        var block = encoded.Length - digest.Length - 1;
        var check = encoded.AsSpan(block, digest.Length);
        if (encoded[^1] != Trailer || encoded[0] > 0x7F) return false;
        var data = Mask(check, block, hash);
        for (var i = 0; i < block; i++) data[i] ^= encoded[i];
        data[0] &= 0x7F;
        return data[0] == 1 && CryptographicOperations.HashData(hash, (byte[])[.. new byte[8], .. digest, .. data[1..]]).AsSpan().SequenceEqual(check);
    }

    /// <summary>MGF1 (RFC 8017 section B.2.1).</summary>
    private static byte[] Mask(ReadOnlySpan<byte> seed, int length, HashAlgorithmName hash)
    {
        var mask = new List<byte>();
        for (byte counter = 0; mask.Count < length; counter++) mask.AddRange(CryptographicOperations.HashData(hash, (byte[])[.. seed, 0, 0, 0, counter]));
        return [.. mask.Take(length)];
    }

    private static BigInteger Unsigned(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
