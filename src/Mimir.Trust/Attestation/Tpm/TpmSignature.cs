using System.Security.Cryptography;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>
/// A quote's signature in one of the forms in which tools write it: TPMT_SIGNATURE (RSASSA, RSAPSS, ECDSA), plain bytes of an RSA signature (PKCS #1 or
/// PSS), DER of an ECDSA signature, or its r ‖ s.
/// </summary>
public static class TpmSignature
{
    private const ushort Rsassa = 0x0014;
    private const ushort Rsapss = 0x0016;
    private const ushort Ecdsa = 0x0018;
    private const int LongestRsa = 1024;
    private const int LongestScalar = 66;
    private const byte DerSequence = 0x30;

    /// <summary>Whether <paramref name="bytes"/> are a whole TPMT_SIGNATURE.</summary>
    public static bool Recognises(ReadOnlyMemory<byte> bytes) => TryRead(bytes) is not null;

    /// <summary>
    /// Whether <paramref name="signature"/> over the quote is by <paramref name="publicKeyInfo"/> with the hash <paramref name="hash"/>; null if its form is
    /// not understood or does not fit the key.
    /// </summary>
    public static bool? Verify(ReadOnlyMemory<byte> signature, ReadOnlyMemory<byte> publicKeyInfo, ReadOnlySpan<byte> quote, TpmHash hash)
    {
        var kind = PublicKeyKinds.Of(publicKeyInfo);
        var algorithm = hash.Algorithm();
        var structure = TryRead(signature);
        if (structure is { } s && s.Hash != hash) return null;
        if (kind == PublicKeyKind.Rsa)
        {
            return structure switch
            {
                { Scheme: Rsassa } t => PublicKeySignature.Rsa(publicKeyInfo, quote, t.First.Span, algorithm, RSASignaturePadding.Pkcs1),
                { Scheme: Rsapss } t => Pss(publicKeyInfo, quote, t.First.Span, algorithm),
                null => PublicKeySignature.Rsa(publicKeyInfo, quote, signature.Span, algorithm, RSASignaturePadding.Pkcs1) || Pss(publicKeyInfo, quote, signature.Span, algorithm),
                _ => null,
            };
        }

        int? scalar = kind switch { PublicKeyKind.P256 => 32, PublicKeyKind.P384 => 48, PublicKeyKind.P521 => 66, _ => null };
        if (scalar is not { } length) return null;
        if (structure is { } e)
        {
            var joined = e.Scheme == Ecdsa ? Join(e.First.Span, e.Second.Span, length) : null;
            return joined is null ? null : PublicKeySignature.Ecdsa(publicKeyInfo, quote, joined, algorithm, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        var isJoined = signature.Length == 2 * length && !IsWholeDer(signature.Span);
        var format = isJoined ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation : DSASignatureFormat.Rfc3279DerSequence;
        return PublicKeySignature.Ecdsa(publicKeyInfo, quote, signature.Span, algorithm, format);
    }

    /// <summary>The salt is as long as the hash (FIPS 186-4), or as long as there is room for (TCG TPM 2.0 Library, Part 1, section B.7).</summary>
    private static bool Pss(ReadOnlyMemory<byte> key, ReadOnlySpan<byte> quote, ReadOnlySpan<byte> signature, HashAlgorithmName hash) =>
        PublicKeySignature.Rsa(key, quote, signature, hash, RSASignaturePadding.Pss) || LongestSaltPss.Verify(key, quote, signature, hash);

    private static (ushort Scheme, TpmHash Hash, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second)? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var reader = new BigEndianReader(bytes);
        var (scheme, hash) = (reader.U16(), (TpmHash)reader.U16());
        if (scheme is not (Rsassa or Rsapss or Ecdsa) || !Enum.IsDefined(hash)) return null;
        var first = reader.Sized(scheme == Ecdsa ? LongestScalar : LongestRsa);
        var second = scheme == Ecdsa ? reader.Sized(LongestScalar) : ReadOnlyMemory<byte>.Empty;
        return reader.EndedWell ? (scheme, hash, first, second) : null;
    }

    private static byte[]? Join(ReadOnlySpan<byte> r, ReadOnlySpan<byte> s, int length)
    {
        if (r.Length > length || s.Length > length) return null;
        var joined = new byte[2 * length];
        r.CopyTo(joined.AsSpan(length - r.Length));
        s.CopyTo(joined.AsSpan(2 * length - s.Length));
        return joined;
    }

    private static bool IsWholeDer(ReadOnlySpan<byte> bytes) => bytes.Length > 2 && bytes[0] == DerSequence && bytes[1] == bytes.Length - 2;
}
