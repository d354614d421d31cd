using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Registration;

/// <summary>
/// What a certificate says about the evidence that it was issued for, as a private extension (not critical), DER:
/// <c>SEQUENCE { version INTEGER (1), kind INTEGER, evidenceSha256 OCTET STRING (32), measurement OCTET STRING (1..64) }</c>.
/// It is the authority's word. Peers that want more have the evidence itself and check that this is its hash.
/// </summary>
/// <param name="Kind">What produced the evidence.</param>
/// <param name="EvidenceSha256">SHA-256 of the evidence as <see cref="EvidenceCodec"/> writes it, 32 bytes.</param>
/// <param name="Measurement">What was measured at launch, see <see cref="LaunchMeasurement"/>.</param>
public sealed record AttestationStamp(EvidenceKind Kind, ReadOnlyMemory<byte> EvidenceSha256, ReadOnlyMemory<byte> Measurement)
{
    /// <summary>The extension: 2.25 followed by the UUID 4d1f0c52-6c1e-4b0e-9f3a-7a5d2c9be4a1 as a number.</summary>
    public const string Oid = "2.25.102511766797138675142306315159532725409";

    private const int Version = 1, LongestMeasurement = 64;

    /// <summary>The stamp of verified evidence.</summary>
    public static AttestationStamp Of(ValidVerdict verdict, ReadOnlySpan<byte> evidence) =>
        new(verdict.Kind, SHA256.HashData(evidence), LaunchMeasurement.Of(verdict.Claims));

    /// <summary>The extension for a certificate.</summary>
    internal X509Extension ToExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(Version);
            writer.WriteInteger((int)Kind);
            writer.WriteOctetString(EvidenceSha256.Span);
            writer.WriteOctetString(Measurement.Span);
        }
        return new X509Extension(Oid, writer.Encode(), critical: false);
    }

    /// <summary>Reads the extension.</summary>
    /// <exception cref="CryptographicException">It is not of this form.</exception>
    internal static AttestationStamp Read(X509Extension extension)
    {
        try
        {
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER);
            var fields = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var known = fields.TryReadInt32(out var version) && version == Version;
            known &= fields.TryReadInt32(out var kind) && kind is >= 0 and <= byte.MaxValue && Enum.IsDefined((EvidenceKind)kind);
            var (hash, measurement) = (fields.ReadOctetString(), fields.ReadOctetString());
            fields.ThrowIfNotEmpty();
            return known && hash.Length == SHA256.HashSizeInBytes && measurement.Length is > 0 and <= LongestMeasurement
                ? new((EvidenceKind)kind, hash, measurement)
                : throw new CryptographicException("The attestation extension is out of range.");
        }
        catch (AsnContentException error)
        {
            throw new CryptographicException("The attestation extension is malformed.", error);
        }
    }
}
