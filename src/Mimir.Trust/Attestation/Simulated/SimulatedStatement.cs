using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Simulated;

/// <summary>
/// A laboratory's stand-in for a hardware report: <c>"MSIM" ‖ version u8 = 1 ‖ report data 64 ‖ measurement 48 ‖ chip 32 ‖ length u16 ‖ SubjectPublicKeyInfo ‖ length u16 ‖ signature</c>,
/// lengths big-endian; the signature is ECDSA P-256 with SHA-256 (r ‖ s) over <c>"mimir/simulated/v1"</c> and everything before its length.
/// </summary>
/// <param name="ReportData">64 bytes chosen by the guest: the binding.</param>
/// <param name="Measurement">48 bytes that stand for the code.</param>
/// <param name="Chip">32 bytes that stand for the machine.</param>
/// <param name="LabKey">SubjectPublicKeyInfo of the laboratory's key.</param>
public sealed record SimulatedStatement(ReadOnlyMemory<byte> ReportData, ReadOnlyMemory<byte> Measurement, ReadOnlyMemory<byte> Chip, ReadOnlyMemory<byte> LabKey)
{
    private const byte Version = 1;
    private const int ReportDataLength = 64;
    private const int MeasurementLength = 48;
    private const int ChipLength = 32;
    private const int LongestKey = 256;
    private const int SignatureLength = 64;

    private static ReadOnlySpan<byte> Magic => "MSIM"u8;

    private static ReadOnlySpan<byte> Context => "mimir/simulated/v1"u8;

    /// <summary>The signed bytes and their signature, as read.</summary>
    internal ReadOnlyMemory<byte> Signed { get; private init; }

    internal ReadOnlyMemory<byte> Signature { get; private init; }

    /// <summary>Whether <paramref name="bytes"/> begin as such a statement.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>A statement signed by the laboratory's key.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static byte[] Create(ECDsa labKey, ReadOnlySpan<byte> reportData, ReadOnlySpan<byte> measurement, ReadOnlySpan<byte> chip)
    {
        if (reportData.Length != ReportDataLength || measurement.Length != MeasurementLength || chip.Length != ChipLength)
            throw new ArgumentException($"A simulated statement holds {ReportDataLength}, {MeasurementLength} and {ChipLength} bytes.");
        var key = labKey.ExportSubjectPublicKeyInfo();
        var signed = (byte[])[.. Magic, Version, .. reportData, .. measurement, .. chip, .. Length(key.Length), .. key];
        var signature = labKey.SignData([.. Context, .. signed], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return [.. signed, .. Length(signature.Length), .. signature];
    }

    /// <summary>Reads a statement that fills <paramref name="bytes"/> exactly; null if it is none.</summary>
    public static SimulatedStatement? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var reader = new BigEndianReader(bytes);
        if (!reader.Bytes(Magic.Length).Span.SequenceEqual(Magic) || reader.U8() != Version) return null;
        var (data, measurement, chip) = (reader.Bytes(ReportDataLength), reader.Bytes(MeasurementLength), reader.Bytes(ChipLength));
        var key = reader.Sized(LongestKey);
        var signature = reader.Sized(SignatureLength);
        if (!reader.EndedWell || signature.Length != SignatureLength) return null;
        return new SimulatedStatement(data, measurement, chip, key) { Signed = bytes[..^(2 + SignatureLength)], Signature = signature };
    }

    /// <summary>What the signature covers.</summary>
    internal byte[] SignedMessage() => [.. Context, .. Signed.Span];

    private static byte[] Length(int length) => [(byte)(length >> 8), (byte)(length & 0xFF)];
}
