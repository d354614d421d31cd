using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>
/// An X.509 certificate (RFC 5280), read strictly: version 3, DER, nothing before, after or between. Reading proves nothing; <see cref="ChainVerifier"/> does.
/// </summary>
public sealed class ChainCertificate
{
    private ChainCertificate(ReadOnlyMemory<byte> raw) => Raw = raw;

    /// <summary>The whole certificate, DER.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The signed part, DER.</summary>
    public required ReadOnlyMemory<byte> ToBeSigned { get; init; }

    /// <summary>How it is signed; the same inside and outside of the signed part.</summary>
    public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>The signature's bytes.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Content of the serial number's INTEGER, big-endian.</summary>
    public required ReadOnlyMemory<byte> SerialNumber { get; init; }

    /// <summary>Issuer's Name, DER.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>Subject's Name, DER.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>First instant of validity.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last instant of validity.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The key, SubjectPublicKeyInfo in DER.</summary>
    public required ReadOnlyMemory<byte> PublicKeyInfo { get; init; }

    /// <summary>The extensions; no OID occurs twice.</summary>
    public required IReadOnlyList<CertificateExtension> Extensions { get; init; }

    /// <summary>Basic constraints and key usage.</summary>
    public required CertificateConstraints Constraints { get; init; }

    /// <summary>SHA-256 of <see cref="PublicKeyInfo"/>, which pins a root.</summary>
    public ReadOnlyMemory<byte> SpkiSha256 => SHA256.HashData(PublicKeyInfo.Span);

    /// <summary>Whether subject and issuer are the same name.</summary>
    public bool IsSelfIssued => Subject.Span.SequenceEqual(Issuer.Span);

    /// <summary>The subject's common name, printable ASCII only, for messages.</summary>
    public string Name => DistinguishedNames.CommonName(Subject);

    /// <summary>The value of an extension, or null.</summary>
    public ReadOnlyMemory<byte>? Extension(string oid) => Extensions.FirstOrDefault(e => e.Oid == oid)?.Value;

    /// <summary>Whether this certificate's key made the signature; nothing else of the certificate counts.</summary>
    public bool Signed(SignatureAlgorithm algorithm, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature) =>
        PublicKeySignature.Verify(algorithm, PublicKeyInfo, message.Span, signature.Span);

    /// <summary>Reads one certificate that fills <paramref name="der"/> exactly; null if it is none, or not understood.</summary>
    public static ChainCertificate? TryRead(ReadOnlyMemory<byte> der)
    {
        try
        {
            return Read(der);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static ChainCertificate? Read(ReadOnlyMemory<byte> der)
    {
        var signed = SignedDocument.Read(der);
        var body = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();
        var version = body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
        if (version.ReadInteger() != 2) return null;
        version.ThrowIfNotEmpty();
        var serial = body.ReadIntegerBytes();
        var inner = body.ReadEncodedValue();
        if (!inner.Span.SequenceEqual(signed.AlgorithmIdentifier.Span)) return null;
        var issuer = body.PeekEncodedValue();
        body.ReadSequence();
        var validity = body.ReadSequence();
        var notBefore = AsnTime.Read(validity);
        var notAfter = AsnTime.Read(validity);
        validity.ThrowIfNotEmpty();
        var subject = body.PeekEncodedValue();
        body.ReadSequence();
        var key = body.PeekEncodedValue();
        body.ReadSequence();
        var extensions = body.HasData ? ExtensionReader.Read(body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3, isConstructed: true))) : [];
        body.ThrowIfNotEmpty();
        if (extensions is null) return null;
        return new ChainCertificate(der)
        {
            ToBeSigned = signed.ToBeSigned,
            Algorithm = SignatureAlgorithmReader.Read(signed.AlgorithmIdentifier),
            Signature = signed.Signature,
            SerialNumber = serial,
            Issuer = issuer,
            Subject = subject,
            NotBefore = notBefore,
            NotAfter = notAfter,
            PublicKeyInfo = key,
            Extensions = extensions,
            Constraints = CertificateConstraints.Read(extensions),
        };
    }
}
