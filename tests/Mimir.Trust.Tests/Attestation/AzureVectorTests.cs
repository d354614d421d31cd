using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Azure;
using Mimir.Trust.Attestation.Recognition;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tpm;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>A real quote of Azure's virtual TPM under SEV-SNP: expected answers of vectors.json, and each link of its chain broken.</summary>
public sealed class AzureVectorTests
{
    private const string At = "2026-01-01";

    private static EvidenceFile Report => Named("hcl.bin");

    private static EvidenceFile[] Others =>
        [Named("quote.msg"), Named("quote.sig"), Named("pcrs.bin"), Named("vcek.der"), SharedVectors.File("roots/amd_ask_genoa.pem"), SharedVectors.File("roots/amd_ark_genoa.pem")];

    [Fact]
    public void It_is_valid_and_says_what_is_expected()
    {
        var expected = SharedVectors.Case("azure-snp-vtpm-genoa");
        var valid = Assert.IsType<ValidVerdict>(SharedVectors.Verify(At, Report, Others));
        var claims = Assert.IsType<AzureClaims>(valid.Claims);
        foreach (var name in new[] { "extraData", "pcrDigest", "product" }) Assert.Equal(expected.GetProperty(name).GetString(), claims.Fields[name]);
        Assert.Equal(24, Assert.Single(claims.Tpm!.Banks).Registers.Count);
        Assert.Equal(TpmKeyTrust.SnpReport, claims.Tpm.Trust);
        Assert.True(claims.Runtime!.SecureBoot);
        Assert.True(SharedVectors.Verify(SharedVectors.Instant(At), Report, Others, nonce: expected.GetProperty("extraData").GetString()).IsValid);
        SharedVectors.AssertRefused(SharedVectors.Verify(SharedVectors.Instant(At), Report, Others, nonce: "00"), BindingCheck.Nonce);
    }

    [Fact]
    public void Outside_of_its_window_it_is_refused()
    {
        var expected = SharedVectors.Case("azure-snp-vtpm-genoa");
        SharedVectors.AssertRefused(SharedVectors.Verify(SharedVectors.Instant(expected, "valid_to").AddSeconds(1), Report, Others), "chain.expired");
        SharedVectors.AssertRefused(SharedVectors.Verify(SharedVectors.Instant(expected, "valid_from").AddSeconds(-1), Report, Others), "chain.not-yet-valid");
    }

    [Fact]
    public void Either_the_report_or_the_quote_may_come_first_and_names_do_not_matter()
    {
        EvidenceFile[] nameless = [.. Others.Append(Report).Select(f => f with { Name = "file" })];
        Assert.True(SharedVectors.Verify(At, nameless[^1], nameless[..^1]).IsValid);
        Assert.True(SharedVectors.Verify(At, nameless[0], nameless[1..]).IsValid);
        Assert.True(SharedVectors.Verify(SharedVectors.Instant(At), nameless[0], [.. nameless[1..].Reverse()], EvidenceKind.AzureVtpm).IsValid);
        Assert.True(SharedVectors.Verify(SharedVectors.Instant(At), nameless[^1], [.. nameless[..^1].Reverse()], EvidenceKind.AzureVtpm).IsValid);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        SharedVectors.AssertRefused(SharedVectors.Verify(SharedVectors.Instant(At), Report, Others[1..], EvidenceKind.AzureVtpm), AzureRefusals.QuoteMissing);
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Report, [Others[0], .. Others[2..]]), TpmRefusals.SignatureMissing);
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Report, [.. Others[..3], .. Others[4..]]), SnpRefusals.EndorsementMissing);
    }

    [Fact]
    public void Runtime_data_of_another_machine_are_refused()
    {
        var other = SharedVectors.File("snp/genoa-v3-azure.hcl.bin").Bytes.Span;
        byte[] mixed = [.. Report.Bytes.Span[..0x4C0], .. other[0x4C0..]];
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Report with { Bytes = mixed }, Others), AzureRefusals.RuntimeData, TpmRefusals.Signature);
    }

    [Fact]
    public void A_given_key_must_be_the_one_that_the_runtime_data_name() =>
        SharedVectors.AssertRefused(SharedVectors.Verify(At, Report, [.. Others, SharedVectors.File("tpm/swtpm-ak.pem")]), AzureRefusals.Key);

    [Fact]
    public void Every_inverted_bit_is_refused()
    {
        EvidenceFile[] files = [Report, .. Others[..3]];
        foreach (var (file, index) in files.Select((f, i) => (f, i)))
        {
            Parallel.For(0, file.Bytes.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
            {
                var changed = Others.Prepend(Report).ToArray();
                changed[index] = SharedVectors.Flip(file, i, i * 3 % 8);
                Assert.False(SharedVectors.Verify(At, changed[0], changed[1..]).IsValid, $"{file.Name}: byte {i}");
            });
        }
    }

    private static EvidenceFile Named(string suffix) => SharedVectors.File($"tpm/azure-snp-vtpm-genoa.{suffix}");
}
