using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Snp;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>
/// Puts files, given in any order, together to <see cref="Evidence"/>: liberal in recognising, since the verifier is strict. A pure function.
/// A file that is not recognised is refused rather than ignored, so that a damaged endorsement is noticed.
/// </summary>
public static class EvidenceAssembler
{
    /// <summary>The evidence, or null with reasons.</summary>
    /// <param name="evidence">The statement itself: a report, quote or document, or evidence as Mimir's nodes send it.</param>
    /// <param name="kind">Its kind, or null to tell it from the bytes.</param>
    /// <param name="others">Everything beside it.</param>
    /// <param name="findings">Receives the reasons.</param>
    public static AssembledEvidence? TryAssemble(EvidenceFile evidence, EvidenceKind? kind, IReadOnlyCollection<EvidenceFile> others, Findings findings)
    {
        if (KindRecognition.Of(evidence.Bytes.Span) is null && !IsTooLarge(evidence)) evidence = evidence with { Bytes = TextForm.Decode(evidence.Bytes) };
        var encoded = evidence.Bytes.Span.StartsWith("MEV1"u8);
        if (others.Count > EvidenceCodec.MostParts || others.Any(f => IsTooLarge(f)) || !encoded && IsTooLarge(evidence))
        {
            findings.Add(RecognitionRefusals.TooLarge, $"Evidence has at most {EvidenceCodec.MostParts} files of {EvidenceCodec.LargestPart} bytes.");
            return null;
        }

        var desk = new AssemblyDesk(findings);
        foreach (var file in others)
            if (!file.Bytes.Span.SequenceEqual(evidence.Bytes.Span)) desk.Place(file);
        var assembled = encoded ? Decode(evidence, kind, findings) : Read(evidence, kind, desk, findings);
        if (assembled is null) return null;
        assembled = desk.Complete(assembled);
        if (assembled.Parts.Count > EvidenceCodec.MostParts) findings.Add(RecognitionRefusals.TooLarge, "The files hold more certificates than evidence may have.");
        return findings.None ? new AssembledEvidence(assembled, desk.Nonce) : null;
    }

    /// <summary>The parts that one file holds, told by its contents: certificates, revocation lists, collateral, and the other forms that are read; null if it is nothing of these.</summary>
    public static IReadOnlyList<EvidencePart>? Parts(ReadOnlyMemory<byte> file) => file.Length <= EvidenceCodec.LargestPart ? PartRecognition.TryRead(file) : null;

    private static bool IsTooLarge(EvidenceFile file) => file.Bytes.Length > EvidenceCodec.LargestPart;

    private static Evidence? Decode(EvidenceFile file, EvidenceKind? kind, Findings findings)
    {
        if (!EvidenceCodec.TryDecode(file.Bytes, out var evidence, out var refusal)) findings.Add([refusal]);
        else if (kind is { } wanted && evidence.Kind != wanted) findings.Add(RecognitionRefusals.Evidence, $"'{file.Name}' holds evidence of the kind '{evidence.Kind.ToName()}'.");
        else return evidence;
        return null;
    }

    private static Evidence? Read(EvidenceFile file, EvidenceKind? stated, AssemblyDesk desk, Findings findings)
    {
        var found = KindRecognition.Of(file.Bytes.Span);
        if ((stated ?? Prefer(found, desk)) is not { } kind)
        {
            findings.Add(RecognitionRefusals.Evidence, $"'{file.Name}' begins as no kind of evidence that is known.");
            return null;
        }

        return (kind, found) switch
        {
            // A quote beside the firmware's report, or the report beside the quote: both orders occur.
            (EvidenceKind.AzureVtpm, EvidenceKind.Tpm) when desk.FirmwareReport is { } hcl => new Evidence(kind, hcl, [new EvidencePart(EvidencePartKind.Quote, file.Bytes)]),
            (EvidenceKind.Snp, EvidenceKind.AzureVtpm) => ReportOfFirmware(file.Bytes, findings),
            (EvidenceKind.Snp, EvidenceKind.Snp) => Extended(file.Bytes),
            _ => new Evidence(kind, file.Bytes),
        };
    }

    private static EvidenceKind? Prefer(EvidenceKind? found, AssemblyDesk desk) => found switch
    {
        EvidenceKind.Tpm when desk.FirmwareReport is not null => EvidenceKind.AzureVtpm,
        EvidenceKind.AzureVtpm when !desk.HasQuote => EvidenceKind.Snp,
        _ => found,
    };

    /// <summary>Azure's firmware report without a quote is its SNP report and the runtime data that it signs.</summary>
    private static Evidence? ReportOfFirmware(ReadOnlyMemory<byte> bytes, Findings findings) => HclReport.TryRead(bytes, findings) is { } hcl
        ? new Evidence(EvidenceKind.Snp, hcl.Report, [new EvidencePart(EvidencePartKind.RuntimeData, hcl.RuntimeData)])
        : null;

    /// <summary>A report that the host extended by its certificate table.</summary>
    private static Evidence Extended(ReadOnlyMemory<byte> bytes) => bytes.Length > SnpReport.Length && SnpCertificateTable.Recognises(bytes[SnpReport.Length..])
        ? new Evidence(EvidenceKind.Snp, bytes[..SnpReport.Length], [new EvidencePart(EvidencePartKind.CertificateTable, bytes[SnpReport.Length..])])
        : new Evidence(EvidenceKind.Snp, bytes);
}
