using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Chains;

/// <summary>Time of RFC 5280: UTCTime until 2049, GeneralizedTime without fractions after.</summary>
internal static class AsnTime
{
    private const int LastYearOfUtcTime = 2049;

    /// <summary>Reads the next value.</summary>
    /// <exception cref="AsnContentException">It is no time.</exception>
    public static DateTimeOffset Read(AsnReader reader) => IsNext(reader)
        ? reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime(LastYearOfUtcTime) : Generalized(reader)
        : throw new AsnContentException("A time was expected.");

    /// <summary>Whether the next value is a time.</summary>
    public static bool IsNext(AsnReader reader) => reader.HasData
        && (reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) || reader.PeekTag().HasSameClassAndValue(Asn1Tag.GeneralizedTime));

    private static DateTimeOffset Generalized(AsnReader reader) => reader.ReadGeneralizedTime();
}
