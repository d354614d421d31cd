using System.Buffers.Binary;

namespace Mimir.Trust.Attestation.Azure;

/// <summary>
/// The report that Azure's firmware (HCL) leaves in the vTPM: 32 bytes "HCLA", version, size, request type, status, reserved; the hardware's report of
/// 4A0h bytes; then data size, version, report type, hash type, length, and the runtime data (JSON), all u32 little-endian; zeros to the end.
/// </summary>
/// <param name="Report">The SEV-SNP report.</param>
/// <param name="RuntimeData">The JSON whose hash is in the report.</param>
public sealed record HclReport(ReadOnlyMemory<byte> Report, ReadOnlyMemory<byte> RuntimeData)
{
    private const int ReportOffset = 0x20;
    private const int ReportLength = 0x4A0;
    private const int DataOffset = ReportOffset + ReportLength;
    private const int DataHeader = 20;
    private const uint SnpReportType = 2;
    private const uint Sha256 = 1;

    private static ReadOnlySpan<byte> Magic => "HCLA"u8;

    /// <summary>Whether <paramref name="bytes"/> begin as such a report.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>Reads one; null, with a reason, if its form is not understood.</summary>
    public static HclReport? TryRead(ReadOnlyMemory<byte> bytes, Findings findings)
    {
        var span = bytes.Span;
        if (bytes.Length < DataOffset + DataHeader || !Recognises(span) || !HeaderIsKnown(span))
        {
            findings.Add(AzureRefusals.Report, "This is not the report of Azure's firmware, or it is cut.");
            return null;
        }

        var header = span[DataOffset..];
        var length = U32(header, 16);
        var end = DataOffset + DataHeader + (long)length;
        if (end > bytes.Length || U32(header, 0) != DataHeader + length || U32(span, 8) != end || span[(int)end..].ContainsAnyExcept((byte)0))
        {
            findings.Add(AzureRefusals.Report, "The sizes in the report of Azure's firmware disagree.");
            return null;
        }

        if (U32(header, 8) != SnpReportType || U32(header, 12) != Sha256)
        {
            findings.Add(AzureRefusals.ReportType, "The report of Azure's firmware does not hold an SEV-SNP report with a SHA-256 of its runtime data.");
            return null;
        }

        return new HclReport(bytes.Slice(ReportOffset, ReportLength), bytes.Slice(DataOffset + DataHeader, (int)length));
    }

    /// <summary>Version 1 or 2, a report for attestation (2), status 0, nothing reserved; data version 1.</summary>
    private static bool HeaderIsKnown(ReadOnlySpan<byte> span) => U32(span, 4) is 1 or 2 && U32(span, 12) == 2 && U32(span, 16) == 0
        && !span[20..ReportOffset].ContainsAnyExcept((byte)0) && U32(span, DataOffset + 4) == 1;

    private static uint U32(ReadOnlySpan<byte> span, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(span[offset..]);
}
