using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>Text of the string types that certificates use.</summary>
internal static class AsnText
{
    /// <summary>Reads the next value.</summary>
    /// <exception cref="AsnContentException">It is no text.</exception>
    public static string Read(AsnReader reader)
    {
        var tag = reader.PeekTag();
        var type = (UniversalTagNumber)tag.TagValue;
        var known = type is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.VisibleString
            or UniversalTagNumber.BMPString;
        return tag.TagClass == TagClass.Universal && known ? reader.ReadCharacterString(type) : throw new AsnContentException("Text was expected.");
    }
}
