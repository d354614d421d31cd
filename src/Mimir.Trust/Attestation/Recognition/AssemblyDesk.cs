using System.Security.Cryptography;
using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>Where the files beside evidence are sorted, before and after the evidence itself is known.</summary>
internal sealed class AssemblyDesk(Findings findings)
{
    private const int LongestNonce = 512;

    private readonly List<EvidencePart> _parts = [];
    private readonly List<EvidenceFile> _ambiguous = [];

    /// <summary>The report of Azure's firmware, if it was among the files.</summary>
    public ReadOnlyMemory<byte>? FirmwareReport { get; private set; }

    /// <summary>The nonce, if a file stated one.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; private set; }

    /// <summary>Whether a TPM's quote was among the files.</summary>
    public bool HasQuote => _parts.Any(p => p.Kind == EvidencePartKind.Quote);

    /// <summary>Sorts one file by its contents.</summary>
    public void Place(EvidenceFile file)
    {
        if (HclReport.Recognises(file.Bytes.Span)) FirmwareReport = file.Bytes;
        else if (PartRecognition.TryRead(file.Bytes) is { } parts) Add(parts);
        else if (PartRecognition.Hex(file.Bytes.Span) is { Length: <= LongestNonce } nonce) PlaceNonce(nonce);
        else _ambiguous.Add(file);
    }

    /// <summary>Adds all that was sorted to <paramref name="evidence"/>; what only the evidence tells apart is decided now.</summary>
    public Evidence Complete(Evidence evidence)
    {
        if (FirmwareReport is { } report) PlaceFirmwareReport(report, evidence);
        foreach (var file in _ambiguous) PlaceAmbiguous(file, evidence);
        return evidence.With(_parts.Select(p => p.Kind == EvidencePartKind.Collateral && evidence.Kind == EvidenceKind.Snp ? p with { Kind = EvidencePartKind.RuntimeData } : p));
    }

    /// <summary>Whoever names a file twice means it once.</summary>
    private void Add(IEnumerable<EvidencePart> parts) =>
        _parts.AddRange(parts.Where(p => !_parts.Any(known => known.Kind == p.Kind && known.Bytes.Span.SequenceEqual(p.Bytes.Span))));

    private void PlaceNonce(byte[] nonce)
    {
        if (Nonce is { } other && !other.Span.SequenceEqual(nonce)) findings.Add(RecognitionRefusals.Nonce, "Two files of hexadecimal digits state different nonces.");
        Nonce = nonce;
    }

    /// <summary>Beside its own SNP report it brings the runtime data; beside another's it has no meaning.</summary>
    private void PlaceFirmwareReport(ReadOnlyMemory<byte> report, Evidence evidence)
    {
        if (evidence.Kind == EvidenceKind.AzureVtpm && evidence.Body.Span.SequenceEqual(report.Span)) return;
        if (evidence.Kind == EvidenceKind.Snp && HclReport.TryRead(report, findings) is { } hcl && hcl.Report.Span.SequenceEqual(evidence.Body.Span))
            Add([new EvidencePart(EvidencePartKind.RuntimeData, hcl.RuntimeData)]);
        else
            findings.Add(RecognitionRefusals.Endorsement, "A report of Azure's firmware was given that does not belong to this evidence.");
    }

    private void PlaceAmbiguous(EvidenceFile file, Evidence evidence)
    {
        var kind = evidence.Kind switch
        {
            EvidenceKind.Tpm => Decide(file, TpmQuote.TryRead(evidence.Body)),
            EvidenceKind.AzureVtpm => Decide(file, TpmQuote.TryRead(evidence.PartsOf(EvidencePartKind.Quote).Concat(_parts.Where(p => p.Kind == EvidencePartKind.Quote).Select(p => p.Bytes)).FirstOrDefault())),
            _ => null,
        };
        if (kind is { } part) Add([part]);
        else findings.Add(RecognitionRefusals.Endorsement, $"'{file.Name}' is nothing that belongs to this evidence.");
    }

    /// <summary>Plain signatures and register values: by the quote's digest, then by name, then by length.</summary>
    private EvidencePart? Decide(EvidenceFile file, TpmQuote? quote)
    {
        var values = quote is null ? null : PcrFile.TryRead(file.Bytes, quote.ValuesLength);
        var asValues = new EvidencePart(EvidencePartKind.PcrValues, values ?? file.Bytes);
        var asSignature = new EvidencePart(EvidencePartKind.Signature, file.Bytes);
        if (values is not null && Hashes(values.Value, quote!) || HasName(file, "pcr")) return asValues;
        if (HasName(file, "sig")) return asSignature;
        if (file.Bytes.Length is 64 or 96 or 256 or 384 or 512 && !_parts.Any(p => p.Kind == EvidencePartKind.Signature)) return asSignature;
        return values is null ? null : asValues;
    }

    private static bool Hashes(ReadOnlyMemory<byte> values, TpmQuote quote) => TpmHashes.OfSigningLength(quote.PcrDigest.Length) is { } hash
        && CryptographicOperations.HashData(hash.Algorithm(), values.Span).AsSpan().SequenceEqual(quote.PcrDigest.Span);

    private static bool HasName(EvidenceFile file, string mark) => Path.GetFileName(file.Name).Contains(mark, StringComparison.OrdinalIgnoreCase);
}
