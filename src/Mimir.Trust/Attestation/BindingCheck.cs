using System.Security.Cryptography;

namespace Mimir.Trust.Attestation;

/// <summary>Compares what the hardware signed with the nonce and the binding that the verifier expects.</summary>
public static class BindingCheck
{
    /// <summary>Refusal: the evidence answers another nonce.</summary>
    public const string Nonce = "binding.nonce";

    /// <summary>Refusal: the evidence belongs to another key, node or connection.</summary>
    public const string Registration = "binding.registration";

    private const int ReportDataLength = 64;

    /// <summary>For kinds with 64 bytes of report data.</summary>
    public static void ReportData(ReadOnlySpan<byte> reportData, VerificationContext context, Findings findings)
    {
        if (context.Nonce is { } nonce)
        {
            Span<byte> padded = stackalloc byte[ReportDataLength];
            var fits = nonce.Length <= ReportDataLength;
            if (fits) nonce.Span.CopyTo(padded);
            findings.Require(fits && Same(reportData, padded), Nonce, "The report data is not the expected nonce.");
        }

        if (context.Binding is { } binding)
            findings.Require(Same(reportData, binding.Sha512.Span), Registration, "The report data does not bind this key, node and connection.");
    }

    /// <summary>For TPM quotes.</summary>
    public static void QualifyingData(ReadOnlySpan<byte> extraData, VerificationContext context, Findings findings)
    {
        if (context.Nonce is { } nonce)
            findings.Require(Same(extraData, nonce.Span), Nonce, "The quote's qualifying data is not the expected nonce.");
        if (context.Binding is { } binding)
            findings.Require(Same(extraData, binding.Sha256.Span), Registration, "The quote's qualifying data does not bind this key, node and connection.");
    }

    private static bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => CryptographicOperations.FixedTimeEquals(left, right);
}
