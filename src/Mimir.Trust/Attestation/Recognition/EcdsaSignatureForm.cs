using System.Formats.Asn1;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>The DER form of ECDSA signatures.</summary>
internal static class EcdsaSignatureForm
{
    /// <summary>Whether <paramref name="bytes"/> are a SEQUENCE of two INTEGERs and nothing else.</summary>
    public static bool IsDer(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var outer = new AsnReader(bytes, AsnEncodingRules.DER);
            var sequence = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            sequence.ReadIntegerBytes();
            sequence.ReadIntegerBytes();
            sequence.ThrowIfNotEmpty();
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
