using System.Formats.Asn1;
using System.Text;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>Names for messages. Comparisons use the DER, never these.</summary>
internal static class DistinguishedNames
{
    private const string CommonNameOid = "2.5.4.3";
    private const int Longest = 64;
    private const string None = "(unnamed)";

    /// <summary>The first common name in printable ASCII, at most 64 characters.</summary>
    public static string CommonName(ReadOnlyMemory<byte> name)
    {
        try
        {
            var parts = new AsnReader(name, AsnEncodingRules.BER).ReadSequence();
            while (parts.HasData)
            {
                var attribute = parts.ReadSetOf().ReadSequence();
                if (attribute.ReadObjectIdentifier() != CommonNameOid) continue;
                return Printable(new AsnReader(attribute.ReadEncodedValue(), AsnEncodingRules.BER));
            }
        }
        catch (AsnContentException)
        {
            // A name is for messages only; one that cannot be read is left out.
        }

        return None;
    }

    private static string Printable(AsnReader value)
    {
        var shown = new StringBuilder();
        foreach (var c in AsnText.Read(value).Take(Longest)) shown.Append(c is >= ' ' and <= '~' ? c : '?');
        return shown.Length == 0 ? None : shown.ToString();
    }
}
