using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Tpm;

/// <summary>Checks a quote's signature and register values, given the key that should have signed.</summary>
internal static class QuoteCheck
{
    /// <summary>Reads the quote; null, with a reason, if it is none.</summary>
    public static TpmQuote? Read(ReadOnlyMemory<byte> bytes, Findings findings)
    {
        var quote = TpmQuote.TryRead(bytes);
        if (quote is null) findings.Add(TpmRefusals.Quote, "The quote is not a TPM's statement of the type quote.");
        return quote;
    }

    /// <summary>The one signature among the parts; null, with a reason, if there is none or several.</summary>
    public static ReadOnlyMemory<byte>? Signature(Evidence evidence, Findings findings)
    {
        var signatures = evidence.PartsOf(EvidencePartKind.Signature).ToArray();
        if (signatures.Length == 1) return signatures[0];
        findings.Add(TpmRefusals.SignatureMissing, signatures.Length == 0 ? "The quote's signature was not given." : "Several signatures were given for one quote.");
        return null;
    }

    /// <summary>Adds what speaks against the signature.</summary>
    public static void Signed(TpmQuote quote, ReadOnlyMemory<byte> signature, ReadOnlyMemory<byte> key, Findings findings)
    {
        if (TpmHashes.OfSigningLength(quote.PcrDigest.Length) is not { } hash)
        {
            findings.Add(TpmRefusals.Algorithm, "The quote's digest is not by SHA-256, SHA-384 or SHA-512.");
            return;
        }

        if (TpmSignature.Verify(signature, key, quote.Signed.Span, hash) is not { } genuine)
            findings.Add(TpmRefusals.SignatureForm, "The signature's form is not understood, or does not fit the attestation key.");
        else
            findings.Require(genuine, TpmRefusals.Signature, "The quote is not signed by the attestation key.");
    }

    /// <summary>The register values, if given and right; a reason is added if they are wrong.</summary>
    public static IReadOnlyList<PcrValues> Values(TpmQuote quote, Evidence evidence, Findings findings)
    {
        var given = evidence.PartsOf(EvidencePartKind.PcrValues).ToArray();
        if (given.Length == 0) return [];
        var right = given.Length == 1 && given[0].Length == quote.ValuesLength && TpmHashes.OfSigningLength(quote.PcrDigest.Length) is { } hash
            && CryptographicOperations.HashData(hash.Algorithm(), given[0].Span).AsSpan().SequenceEqual(quote.PcrDigest.Span);
        return findings.Require(right, TpmRefusals.PcrDigest, "The register values are not those that were quoted.") ? PcrValues.Split(quote, given[0]) : [];
    }
}
