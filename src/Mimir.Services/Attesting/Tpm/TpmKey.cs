using System.Security.Cryptography;

namespace Mimir.Services.Attesting.Tpm;

/// <summary>A loaded attestation key.</summary>
/// <param name="Handle">Its handle.</param>
/// <param name="Public">TPMT_PUBLIC as the TPM gave it.</param>
/// <param name="IsTransient">Whether this program loaded it and must flush it.</param>
internal sealed record TpmKey(uint Handle, ReadOnlyMemory<byte> Public, bool IsTransient)
{
    private const int SmallestModulus = 128, LargestModulus = 512;

    /// <summary>The public key as SubjectPublicKeyInfo (P-256 or RSA).</summary>
    /// <exception cref="AttestingException">A key of another kind.</exception>
    public byte[] ExportSubjectPublicKeyInfo()
    {
        var reader = new TpmReader(Public.Span);
        var (type, _, _) = (reader.UInt16(), reader.UInt16(), reader.UInt32());
        _ = reader.Sized();
        try
        {
            return type switch
            {
                TpmNumbers.Ecc => EllipticCurve(ref reader),
                TpmNumbers.Rsa => RivestShamirAdleman(ref reader),
                _ => throw new AttestingException("The TPM's attestation key is neither ECC nor RSA."),
            };
        }
        catch (CryptographicException error)
        {
            throw new AttestingException("The TPM's attestation key is no key: its numbers do not fit its kind.", error);
        }
    }

    private static byte[] EllipticCurve(ref TpmReader reader)
    {
        SkipSymmetric(ref reader);
        SkipScheme(ref reader);
        if (reader.UInt16() != TpmNumbers.NistP256) throw new AttestingException("The TPM's attestation key is on another curve than P-256.");
        SkipScheme(ref reader);
        var (x, y) = (Padded(reader.Sized(), 32), Padded(reader.Sized(), 32));
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        return key.ExportSubjectPublicKeyInfo();
    }

    private static byte[] RivestShamirAdleman(ref TpmReader reader)
    {
        SkipSymmetric(ref reader);
        SkipScheme(ref reader);
        _ = reader.UInt16();
        var exponent = reader.UInt32();
        var modulus = reader.Sized().ToArray();
        if (modulus.Length is < SmallestModulus or > LargestModulus) throw new AttestingException("The TPM's attestation key has not between 1,024 and 4,096 bits.");
        byte[] e = exponent == 0 ? [1, 0, 1] : [.. Bytes(exponent).SkipWhile(b => b == 0)];
        using var key = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = e });
        return key.ExportSubjectPublicKeyInfo();
    }

    private static byte[] Bytes(uint value) => [(byte)(value >> 24), (byte)(value >> 16 & 0xff), (byte)(value >> 8 & 0xff), (byte)(value & 0xff)];

    /// <summary>TPMT_SYM_DEF_OBJECT: algorithm; key bits and mode where there is one. A restricted signing key has none.</summary>
    private static void SkipSymmetric(ref TpmReader reader)
    {
        if (reader.UInt16() != TpmNumbers.Null) throw new AttestingException("The TPM's key is an encryption key, not an attestation key.");
    }

    /// <summary>A scheme: algorithm, and a hash unless it is the null scheme.</summary>
    private static void SkipScheme(ref TpmReader reader)
    {
        if (reader.UInt16() != TpmNumbers.Null) _ = reader.UInt16();
    }

    private static byte[] Padded(ReadOnlySpan<byte> number, int length)
    {
        if (number.Length > length) throw new AttestingException("The TPM's attestation key has a coordinate that is too long.");
        var padded = new byte[length];
        number.CopyTo(padded.AsSpan(length - number.Length));
        return padded;
    }
}
