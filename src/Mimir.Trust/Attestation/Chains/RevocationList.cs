using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>An X.509 revocation list (RFC 5280 section 5), read strictly. Reading proves nothing; <see cref="ChainVerifier"/> does.</summary>
public sealed class RevocationList
{
    private readonly HashSet<string> _serials;

    private RevocationList(HashSet<string> serials) => _serials = serials;

    /// <summary>The signed part, DER.</summary>
    public required ReadOnlyMemory<byte> ToBeSigned { get; init; }

    /// <summary>How it is signed.</summary>
    public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>The signature's bytes.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Issuer's Name, DER.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>Until when a newer one is promised.</summary>
    public required DateTimeOffset NextUpdate { get; init; }

    /// <summary>The number of revoked certificates.</summary>
    public int Count => _serials.Count;

    /// <summary>The issuer's common name, for messages.</summary>
    public string Name => DistinguishedNames.CommonName(Issuer);

    /// <summary>Whether the certificate with this serial number is revoked.</summary>
    public bool Revokes(ReadOnlyMemory<byte> serialNumber) => _serials.Contains(Convert.ToHexString(serialNumber.Span));

    /// <summary>
    /// Reads one list that fills <paramref name="der"/> exactly; null if it is none, is a partial list (delta, distribution point), promises no
    /// next one, or holds a critical extension: all that would make a missing serial number mean nothing.
    /// </summary>
    public static RevocationList? TryRead(ReadOnlyMemory<byte> der)
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

    private static RevocationList? Read(ReadOnlyMemory<byte> der)
    {
        var signed = SignedDocument.Read(der);
        var body = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();
        if (body.ReadInteger() != 1) return null;
        if (!body.ReadEncodedValue().Span.SequenceEqual(signed.AlgorithmIdentifier.Span)) return null;
        var issuer = body.PeekEncodedValue();
        body.ReadSequence();
        var thisUpdate = AsnTime.Read(body);
        var nextUpdate = AsnTime.Read(body);
        var serials = new HashSet<string>(StringComparer.Ordinal);
        if (body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) && !ReadEntries(body.ReadSequence(), serials)) return null;
        if (body.HasData && !NoneCritical(body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)).ReadSequence())) return null;
        body.ThrowIfNotEmpty();
        return new RevocationList(serials)
        {
            ToBeSigned = signed.ToBeSigned,
            Algorithm = SignatureAlgorithmReader.Read(signed.AlgorithmIdentifier),
            Signature = signed.Signature,
            Issuer = issuer,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
        };
    }

    private static bool ReadEntries(AsnReader entries, HashSet<string> serials)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            serials.Add(Convert.ToHexString(entry.ReadIntegerBytes().Span));
            AsnTime.Read(entry);
            if (entry.HasData && !NoneCritical(entry.ReadSequence())) return false;
            entry.ThrowIfNotEmpty();
        }

        return true;
    }

    private static bool NoneCritical(AsnReader extensions) => ExtensionReader.ReadList(extensions) is { } list && list.All(e => !e.IsCritical);
}
