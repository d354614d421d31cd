using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Chains;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tdx;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Attestation.Recognition;

/// <summary>
/// Recognises what a further file is, by its contents: PEM (certificates, revocation lists, public keys), DER of the same, AMD's certificate table, TPM
/// structures, JSON, event logs, and hexadecimal text of any of these. Plain signatures and register values cannot be told apart by themselves;
/// <see cref="EvidenceAssembler"/> decides them from the quote.
/// </summary>
internal static class PartRecognition
{
    private const int LongestHexText = 1 << 17;
    private const int EventLogMarkOffset = 32;

    private static ReadOnlySpan<byte> EventLogMark => "Spec ID Event03"u8;

    /// <summary>The parts in a file; null if it is nothing that can be told by its contents alone.</summary>
    public static IReadOnlyList<EvidencePart>? TryRead(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (HttpAnswer.Recognises(span)) return Answer(bytes);
        if (IsJson(span)) return One(EvidencePartKind.Collateral, bytes); // before PEM, which JSON may hold
        if (SnpCertificateTable.Recognises(bytes)) return One(EvidencePartKind.CertificateTable, bytes); // it may hold PEM too
        if (PemText.Recognises(span)) return Pem(span);
        if (HttpAnswer.HoldsEncodedPem(span)) return HttpAnswer.DecodePem(span) is { } text ? Pem(System.Text.Encoding.ASCII.GetBytes(text)) : null;
        if (TpmQuote.Recognises(span)) return One(EvidencePartKind.Quote, bytes);
        if (Der(bytes) is { } der) return der;
        if (TpmSignature.Recognises(bytes)) return One(EvidencePartKind.Signature, bytes);
        if (TpmPublicKey.TryRead(bytes) is { } key) return One(EvidencePartKind.AttestationKey, key);
        if (span.Length > EventLogMarkOffset && span[EventLogMarkOffset..].StartsWith(EventLogMark)) return One(EvidencePartKind.EventLog, bytes);
        return Hex(span) is { } decoded ? Der(decoded) : null;
    }

    /// <summary>The bytes of text that is nothing but hexadecimal digits and white space around them; null otherwise.</summary>
    public static byte[]? Hex(ReadOnlySpan<byte> text)
    {
        var trimmed = text.Trim("\r\n\t \0"u8);
        if (trimmed.Length is 0 or > LongestHexText || trimmed.Length % 2 != 0) return null;
        foreach (var c in trimmed)
            if (!char.IsAsciiHexDigit((char)c)) return null;
        return Convert.FromHexString(System.Text.Encoding.ASCII.GetString(trimmed));
    }

    private static EvidencePart[] One(EvidencePartKind kind, ReadOnlyMemory<byte> bytes) => [new EvidencePart(kind, bytes)];

    /// <summary>The chains in the head, and whatever the body is; a body that is nothing makes it all nothing.</summary>
    private static List<EvidencePart>? Answer(ReadOnlyMemory<byte> bytes)
    {
        if (HttpAnswer.Split(bytes) is not { } answer) return null;
        var parts = new List<EvidencePart>();
        if (HttpAnswer.HoldsEncodedPem(answer.Head.Span))
        {
            if (HttpAnswer.DecodePem(answer.Head.Span) is not { } text || Pem(System.Text.Encoding.ASCII.GetBytes(text)) is not { } chain) return null;
            parts.AddRange(chain);
        }
        if (answer.Body.IsEmpty) return parts.Count > 0 ? parts : null;
        if (TryRead(answer.Body) is not { } body) return null;
        parts.AddRange(body);
        return parts;
    }

    private static List<EvidencePart>? Pem(ReadOnlySpan<byte> bytes)
    {
        if (PemText.TryRead(bytes) is not { } blocks) return null;
        var parts = new List<EvidencePart>();
        foreach (var (label, content) in blocks)
        {
            EvidencePartKind? kind = label switch
            {
                "CERTIFICATE" => EvidencePartKind.Certificate,
                "X509 CRL" => EvidencePartKind.RevocationList,
                "PUBLIC KEY" => EvidencePartKind.AttestationKey,
                _ => null,
            };
            if (kind is not { } known) return null;
            parts.Add(new EvidencePart(known, content));
        }

        return parts;
    }

    private static EvidencePart[]? Der(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0 || bytes.Span[0] != 0x30) return null;
        if (ChainCertificate.TryRead(bytes) is not null) return One(EvidencePartKind.Certificate, bytes);
        if (RevocationList.TryRead(bytes) is not null) return One(EvidencePartKind.RevocationList, bytes);
        if (PublicKeyKinds.Of(bytes) != PublicKeyKind.Unknown) return One(EvidencePartKind.AttestationKey, bytes);
        return EcdsaSignatureForm.IsDer(bytes) ? One(EvidencePartKind.Signature, bytes) : null;
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes) => SignedJson.WithoutMarks(bytes).TrimStart("\r\n\t "u8) is [(byte)'{', ..];
}
