using System.Formats.Asn1;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>Writes Intel's extension of PCK certificates.</summary>
internal static class PckExtensions
{
    public static byte[] Encode(byte[] components, int pceSvn, byte[] pceId, byte[] fmspc, bool twice = false, byte[]? instance = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            Entry(writer, ".2", () =>
            {
                using (writer.PushSequence())
                {
                    for (var i = 0; i < components.Length; i++)
                    {
                        var value = components[i];
                        Entry(writer, $".2.{i + 1}", () => writer.WriteInteger(value));
                    }

                    Entry(writer, ".2.17", () => writer.WriteInteger(pceSvn));
                }
            });
            Entry(writer, ".3", () => writer.WriteOctetString(pceId));
            Entry(writer, ".4", () => writer.WriteOctetString(fmspc));
            if (instance is not null) Entry(writer, ".6", () => writer.WriteOctetString(instance));
            if (twice) Entry(writer, ".4", () => writer.WriteOctetString(fmspc));
        }

        return writer.Encode();
    }

    private static void Entry(AsnWriter writer, string number, Action value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(PckExtension.Oid + number);
            value();
        }
    }
}
