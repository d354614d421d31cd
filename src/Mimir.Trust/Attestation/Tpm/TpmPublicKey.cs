using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>
/// A TPM's own form of a public key, TPM2B_PUBLIC or TPMT_PUBLIC (TCG TPM 2.0 Library, Part 2, section 12.2): type, name hash, attributes, policy, parameters, key.
/// Only keys that a TPM would use for quotes alone are read: signing, restricted, and never outside of it.
/// </summary>
public static class TpmPublicKey
{
    private const ushort Rsa = 0x0001;
    private const ushort Ecc = 0x0023;
    private const ushort NullAlgorithm = 0x0010;
    private const ushort Ecdaa = 0x001A;
    private const int LongestPolicy = 64;
    private const int LongestKey = 1024;
    private const uint DefaultExponent = 65537;

    /// <summary>fixedTPM, fixedParent, sensitiveDataOrigin, restricted, sign.</summary>
    private const uint AttestationAttributes = 1u << 1 | 1u << 4 | 1u << 5 | 1u << 16 | 1u << 18;

    /// <summary>SubjectPublicKeyInfo of the key, DER; null if the bytes are no such key.</summary>
    public static byte[]? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < 4) return null;
        var sized = (bytes.Span[0] << 8 | bytes.Span[1]) == bytes.Length - 2;
        var reader = new BigEndianReader(sized ? bytes[2..] : bytes);
        var type = reader.U16();
        var (nameHash, attributes) = (reader.U16(), reader.U32());
        reader.Sized(LongestPolicy);
        if (reader.Failed || !Enum.IsDefined((TpmHash)nameHash) || (attributes & AttestationAttributes) != AttestationAttributes) return null;
        if (reader.U16() != NullAlgorithm) return null;
        var scheme = reader.U16();
        if (scheme != NullAlgorithm) reader.U16();
        if (scheme == Ecdaa) return null;
        return type switch
        {
            Rsa => ReadRsa(ref reader),
            Ecc => ReadEcc(ref reader),
            _ => null,
        };
    }

    private static byte[]? ReadRsa(ref BigEndianReader reader)
    {
        var (bits, exponent) = (reader.U16(), reader.U32());
        var modulus = reader.Sized(LongestKey);
        if (!reader.EndedWell || modulus.Length * 8 != bits || bits < 2048 || exponent is not (0 or DefaultExponent)) return null;
        return Export(() =>
        {
            using var key = RSA.Create(new RSAParameters { Modulus = modulus.ToArray(), Exponent = [1, 0, 1] });
            return key.ExportSubjectPublicKeyInfo();
        });
    }

    private static byte[]? ReadEcc(ref BigEndianReader reader)
    {
        var (curve, derivation) = (reader.U16(), reader.U16());
        var (x, y) = (reader.Sized(66), reader.Sized(66));
        if (!reader.EndedWell || derivation != NullAlgorithm) return null;
        var (named, length) = curve switch { 3 => (ECCurve.NamedCurves.nistP256, 32), 4 => (ECCurve.NamedCurves.nistP384, 48), 5 => (ECCurve.NamedCurves.nistP521, 66), _ => (default, 0) };
        if (length == 0 || x.Length > length || y.Length > length) return null;
        return Export(() =>
        {
            var point = new ECPoint { X = Padded(x.Span, length), Y = Padded(y.Span, length) };
            using var key = ECDsa.Create(new ECParameters { Curve = named, Q = point });
            return key.ExportSubjectPublicKeyInfo();
        });
    }

    private static byte[]? Export(Func<byte[]> export)
    {
        try
        {
            return export();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Padded(ReadOnlySpan<byte> number, int length)
    {
        var padded = new byte[length];
        number.CopyTo(padded.AsSpan(length - number.Length));
        return padded;
    }
}
