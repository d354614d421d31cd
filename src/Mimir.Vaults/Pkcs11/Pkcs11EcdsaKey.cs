using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Mimir.Vaults.Pkcs11;

/// <summary>An ECDSA P-256 key pair whose private half stays in a token.</summary>
internal sealed class Pkcs11EcdsaKey : ECDsa
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private readonly Pkcs11Token _token;
    private readonly string _label;
    private readonly ECDsa _public;

    /// <summary>From CKA_EC_PARAMS (the curve's OID, DER) and CKA_EC_POINT (OCTET STRING of 04 ‖ x ‖ y, DER).</summary>
    public Pkcs11EcdsaKey(Pkcs11Token token, string label, byte[] parameters, byte[] point)
    {
        (_token, _label) = (token, label);
        try
        {
            if (new AsnReader(parameters, AsnEncodingRules.DER).ReadObjectIdentifier() != P256) throw NotP256(label);
            var q = new AsnReader(point, AsnEncodingRules.DER).ReadOctetString();
            if (q.Length != 65 || q[0] != 4) throw NotP256(label);
            _public = Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = q[1..33], Y = q[33..] } });
            KeySizeValue = 256;
        }
        catch (Exception error) when (error is AsnContentException or CryptographicException)
        {
            throw NotP256(label);
        }
    }

    /// <summary>Whether the token is disposed of together with the key.</summary>
    public bool OwnsToken { get; init; }

    public override byte[] SignHash(byte[] hash) => _token.SignDigest(_label, hash);

    public override bool VerifyHash(byte[] hash, byte[] signature) => _public.VerifyHash(hash, signature);

    public override ECParameters ExportParameters(bool includePrivateParameters) =>
        includePrivateParameters ? throw new CryptographicException("The private key does not leave its token.") : _public.ExportParameters(false);

    protected override byte[] HashData(byte[] data, int offset, int count, HashAlgorithmName hashAlgorithm) =>
        CryptographicOperations.HashData(hashAlgorithm, data.AsSpan(offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _public.Dispose();
            if (OwnsToken) _token.Dispose();
        }
        base.Dispose(disposing);
    }

    private static Pkcs11TokenException NotP256(string label) => new($"the key '{label}' is not an ECDSA key on P-256");
}
