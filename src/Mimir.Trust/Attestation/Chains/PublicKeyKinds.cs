using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>Kinds of public keys that are understood.</summary>
public enum PublicKeyKind
{
    /// <summary>Any other.</summary>
    Unknown,

    /// <summary>RSA.</summary>
    Rsa,

    /// <summary>Elliptic curve NIST P-256.</summary>
    P256,

    /// <summary>Elliptic curve NIST P-384.</summary>
    P384,

    /// <summary>Elliptic curve NIST P-521.</summary>
    P521,
}

/// <summary>Reads the algorithm of a SubjectPublicKeyInfo.</summary>
public static class PublicKeyKinds
{
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>The kind; <see cref="PublicKeyKind.Unknown"/> for curves other than the three named, and for whatever is no key.</summary>
    public static PublicKeyKind Of(ReadOnlyMemory<byte> publicKeyInfo)
    {
        try
        {
            var outer = new AsnReader(publicKeyInfo, AsnEncodingRules.DER);
            var sequence = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var algorithm = sequence.ReadSequence();
            sequence.ReadBitString(out var unused);
            sequence.ThrowIfNotEmpty();
            return unused != 0 ? PublicKeyKind.Unknown : Of(algorithm);
        }
        catch (AsnContentException)
        {
            return PublicKeyKind.Unknown;
        }
    }

    private static PublicKeyKind Of(AsnReader algorithm)
    {
        switch (algorithm.ReadObjectIdentifier())
        {
            case RsaEncryption:
                algorithm.ReadNull();
                algorithm.ThrowIfNotEmpty();
                return PublicKeyKind.Rsa;
            case EllipticCurve:
                var curve = algorithm.ReadObjectIdentifier();
                algorithm.ThrowIfNotEmpty();
                return curve switch
                {
                    "1.2.840.10045.3.1.7" => PublicKeyKind.P256,
                    "1.3.132.0.34" => PublicKeyKind.P384,
                    "1.3.132.0.35" => PublicKeyKind.P521,
                    _ => PublicKeyKind.Unknown,
                };
            default:
                return PublicKeyKind.Unknown;
        }
    }
}
