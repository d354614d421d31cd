using System.Buffers.Binary;
using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Simulated;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>Tells the kind of evidence from its first bytes. It only chooses the verifier; the verifier decides.</summary>
public static class KindRecognition
{
    private const int QuoteHeader = 48;
    private const int EcdsaP256Quote = 2;

    /// <summary>The kind; null if the bytes begin as none. Azure's firmware report counts as <see cref="EvidenceKind.AzureVtpm"/>.</summary>
    public static EvidenceKind? Of(ReadOnlySpan<byte> bytes)
    {
        if (TpmQuote.Recognises(bytes)) return EvidenceKind.Tpm;
        if (HclReport.Recognises(bytes)) return EvidenceKind.AzureVtpm;
        if (SimulatedStatement.Recognises(bytes)) return EvidenceKind.Simulated;
        if (bytes.Length >= SnpReport.Length && SnpReport.Recognises(bytes[..SnpReport.Length])) return EvidenceKind.Snp;
        if (IsIntelQuote(bytes)) return EvidenceKind.Tdx;
        return IsCoseSign1(bytes) ? EvidenceKind.Nitro : null;
    }

    /// <summary>Version 3 to 5 and an ECDSA P-256 key; SGX's look the same and are the TDX verifier's to refuse.</summary>
    private static bool IsIntelQuote(ReadOnlySpan<byte> bytes) => bytes.Length > QuoteHeader
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes) is >= 3 and <= 5 && BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) == EcdsaP256Quote;

    /// <summary>CBOR: an array of four, tagged 18 or not, that begins with a byte string.</summary>
    private static bool IsCoseSign1(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && bytes[0] == 0xD2) bytes = bytes[1..];
        return bytes.Length > 2 && bytes[0] == 0x84 && bytes[1] >> 5 == 2;
    }
}
