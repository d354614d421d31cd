using System.Security.Cryptography;
using Mimir.Trust.Attestation.Chains;

namespace Mimir.Trust.Attestation.Snp;

/// <summary>
/// Verifies SEV-SNP reports: ECDSA P-384 with SHA-384 over bytes 0 to 29Fh by a VCEK or VLEK, whose certificate states the report's chip and versions
/// and chains to the pinned root of the report's line (all RSA-PSS, SHA-384, salt 48). DEBUG, VMPL and versions are the policy's to judge.
/// </summary>
public static class SnpVerifier
{
    private const int ChainLength = 3;

    /// <summary>The claims, as far as they can be read; proven if nothing was added to <paramref name="findings"/>.</summary>
    public static SnpClaims? Verify(Evidence evidence, VerificationContext context, Findings findings) =>
        Verify(evidence.Body, evidence, context, findings, checkBinding: true);

    /// <summary>As <see cref="Verify(Evidence, VerificationContext, Findings)"/> for a report inside other evidence, whose outer layer carries the binding.</summary>
    internal static SnpClaims? Verify(ReadOnlyMemory<byte> body, Evidence evidence, VerificationContext context, Findings findings, bool checkBinding)
    {
        if (SnpReport.TryRead(body, findings) is not { } report) return null;
        if (checkBinding) BindingCheck.ReportData(report.ReportData.Span, context, findings);
        foreach (var data in evidence.PartsOf(EvidencePartKind.RuntimeData))
            findings.Require(IsRuntimeData(report, data.Span), SnpRefusals.RuntimeData, "The report data is not the SHA-256 of the runtime data.");
        if (!findings.Require(report.Signer is SnpSigner.Vcek or SnpSigner.Vlek, SnpRefusals.NoSignature, "The report names no signing key."))
            return new SnpClaims(report, report.Product, null, null);

        var pool = PoolOf(evidence, findings);
        var key = EndorsedKey(report, pool, findings);
        var extensions = key is null ? null : SnpKeyExtensions.TryRead(key);
        var product = report.Version >= 3 ? report.Product : extensions?.Product;
        if (key is null) return new SnpClaims(report, product, null, null);
        if (extensions is null) findings.Add(SnpRefusals.Endorsement, "The endorsing certificate lacks AMD's extensions, or they are not understood.");
        var rules = new ChainRules { At = context.At, Roots = Enum.GetValues<SnpProduct>().Select(p => p.Root()).ToArray(), Algorithms = [SignatureAlgorithm.RsaPssSha384], Longest = ChainLength };
        var chain = ChainVerifier.Verify(key, pool.Certificates, pool.Lists, rules, findings);
        if (extensions is not null) CheckAgreement(report, extensions, chain, findings);
        return new SnpClaims(report, product, extensions, chain);
    }

    /// <summary>Azure's firmware and others sign the hash of a document: SHA-256 and 32 zero bytes.</summary>
    private static bool IsRuntimeData(SnpReport report, ReadOnlySpan<byte> data) =>
        report.ReportData.Span[..32].SequenceEqual(SHA256.HashData(data)) && !report.ReportData.Span[32..].ContainsAnyExcept((byte)0);

    private static EndorsementPool PoolOf(Evidence evidence, Findings findings)
    {
        var certificates = evidence.PartsOf(EvidencePartKind.Certificate).ToList();
        var lists = evidence.PartsOf(EvidencePartKind.RevocationList).ToList();
        foreach (var bytes in evidence.PartsOf(EvidencePartKind.CertificateTable))
        {
            if (SnpCertificateTable.TryRead(bytes) is not { } table)
            {
                findings.Add(SnpRefusals.CertificateTable, "The table of certificates is malformed.");
                continue;
            }

            certificates.AddRange(table.Certificates);
            lists.AddRange(table.RevocationLists);
        }

        return EndorsementPool.Read(certificates, lists, findings);
    }

    /// <summary>Of several endorsing certificates (of other versions, say) the one whose key signed the report is meant.</summary>
    private static ChainCertificate? EndorsedKey(SnpReport report, EndorsementPool pool, Findings findings)
    {
        var keys = pool.Certificates.Where(SnpKeyExtensions.AreIn).ToArray();
        if (keys.Length == 0) findings.Add(SnpRefusals.EndorsementMissing, "No VCEK or VLEK certificate was given.");
        var signature = report.Signature();
        if (!signature.AsSpan().ContainsAnyExcept((byte)0))
        {
            findings.Add(SnpRefusals.NoSignature, "The report is not signed: the host masks the chip's key.");
            return keys.FirstOrDefault();
        }

        if (keys.FirstOrDefault(k => IsSigned(report, signature, k)) is { } signer) return signer;
        if (keys.Length > 0) findings.Add(SnpRefusals.Signature, $"The report is not signed by the key of '{keys[0].Name}'.");
        return keys.FirstOrDefault();
    }

    private static bool IsSigned(SnpReport report, byte[] signature, ChainCertificate key) => PublicKeyKinds.Of(key.PublicKeyInfo) == PublicKeyKind.P384
        && PublicKeySignature.Ecdsa(key.PublicKeyInfo, report.Signed.Span, signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static void CheckAgreement(SnpReport report, SnpKeyExtensions key, CertifiedChain? chain, Findings findings)
    {
        var product = key.Product;
        findings.Require(report.Version < 3 || report.Product == product, SnpRefusals.Product, $"The report's processor is not of the certificate's line '{product.ToName()}'.");
        if (chain is not null)
        {
            findings.Require(chain.Root.SpkiSha256.Span.SequenceEqual(product.Root().Span), SnpRefusals.Product, $"The chain is not that of the line '{product.ToName()}'.");
            var issuer = report.Signer == SnpSigner.Vlek ? $"SEV-VLEK-{product}" : $"SEV-{product}";
            findings.Require(chain.Certificates.Count == ChainLength && chain.Certificates[1].Name == issuer, SnpRefusals.Signer, $"The endorsing certificate was not issued by '{issuer}'.");
        }

        var isVlek = key.Provider is not null;
        if (!findings.Require(isVlek == (report.Signer == SnpSigner.Vlek), SnpRefusals.Signer, $"The report names a {(isVlek ? "VCEK" : "VLEK")} as its signer, the certificate is a {(isVlek ? "VLEK" : "VCEK")}.")) return;
        var tcb = report.ReportedTcb.Span;
        findings.Require(SnpTcb.Read(tcb, product) == key.Tcb && SnpTcb.ReservedIsZero(tcb, product), SnpRefusals.Tcb, "The certificate is for other firmware versions than the report states.");
        if (key.HardwareId is { } chip) CheckChip(report, chip.Span, findings);
    }

    private static void CheckChip(SnpReport report, ReadOnlySpan<byte> chip, Findings findings)
    {
        var reported = report.ChipId.Span;
        var same = reported[..chip.Length].SequenceEqual(chip) && !reported[chip.Length..].ContainsAnyExcept((byte)0);
        findings.Require(same, SnpRefusals.ChipId, "The certificate is for another chip than the report states.");
    }
}
