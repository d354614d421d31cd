using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>Reads Extensions (RFC 5280 section 4.1).</summary>
internal static class ExtensionReader
{
    private const int Most = 64;

    /// <summary>The extensions inside their explicit tag; null if an OID occurs twice or there are more than 64.</summary>
    /// <exception cref="AsnContentException">They cannot be read.</exception>
    public static IReadOnlyList<CertificateExtension>? Read(AsnReader tagged)
    {
        var sequence = tagged.ReadSequence();
        tagged.ThrowIfNotEmpty();
        return ReadList(sequence);
    }

    /// <summary>As <see cref="Read"/>, of the SEQUENCE OF itself.</summary>
    public static IReadOnlyList<CertificateExtension>? ReadList(AsnReader sequence)
    {
        var found = new List<CertificateExtension>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (sequence.HasData)
        {
            var extension = sequence.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            var value = extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            if (!seen.Add(oid) || found.Count == Most) return null;
            found.Add(new CertificateExtension(oid, critical, value));
        }

        return found;
    }
}
