using System.Text.Json;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;
using Mimir.Trust.Attestation.Snp;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Real SEV-SNP reports of three lines and versions 2 to 5: expected answers of vectors.json.</summary>
public sealed class SnpVectorTests
{
    public static TheoryData<string> Ids { get; } =
    [
        "milan-v2-debug", "milan-v2", "milan-v3-vlek-vmpl1", "milan-v3-dstack", "milan-v3", "genoa-v3-model-a0", "genoa-v3-azure", "genoa-v5-oak", "turin-v5",
    ];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_case_is_valid_within_its_window_and_says_what_is_expected(string id)
    {
        var example = SnpCase.Load(id);
        Assert.Equal("valid", example.Json.GetProperty("crypto").GetString());
        var valid = Assert.IsType<ValidVerdict>(example.Verify(example.Within));
        Assert.IsType<ValidVerdict>(example.Verify(example.From));
        Assert.IsType<ValidVerdict>(example.Verify(example.To));
        AssertFields(example.Json, valid.Claims.Fields);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Outside_of_its_window_a_case_is_refused(string id)
    {
        var example = SnpCase.Load(id);
        SharedVectors.AssertRefused(example.Verify(example.To.AddSeconds(1)), "chain.expired");
        SharedVectors.AssertRefused(example.Verify(example.From.AddSeconds(-1)), "chain.not-yet-valid");
    }

    [Fact]
    public void Every_case_of_the_vectors_is_tested()
    {
        if (SharedVectors.Cases.Count == 0) Assert.Skip("the attestation vectors are not beside this checkout");
        var ids = SharedVectors.Cases.Where(c => c.GetProperty("kind").GetString() == "snp").Select(c => c.GetProperty("id").GetString()).ToArray();
        Assert.Equal(Ids.Select(i => i.Data).Append("milan-v4-noek").Order(), ids.Order());
    }

    [Fact]
    public void A_report_without_endorsement_is_refused_but_read()
    {
        var report = SharedVectors.File("snp/milan-v4-noek.report.bin");
        var verdict = SharedVectors.Verify("2026-01-01", report);
        SharedVectors.AssertRefused(verdict, SnpRefusals.EndorsementMissing);
        var claims = Assert.IsType<SnpClaims>(verdict.Read);
        Assert.Equal(4u, claims.Report.Version);
        Assert.Equal(new SnpTcb(null, 4, 0, 25, 219), claims.ReportedTcb);
        AssertFields(SharedVectors.Case("milan-v4-noek"), claims.Fields);
    }

    [Fact]
    public void Another_chips_certificate_is_refused()
    {
        var verdict = SharedVectors.Verify("2026-01-01", SharedVectors.File("snp/milan-v4-noek.report.bin"), SharedVectors.File("snp/genoa-v3-azure.vcek.der"), Root("ask_genoa"), Root("ark_genoa"));
        SharedVectors.AssertRefused(verdict, SnpRefusals.Signature, SnpRefusals.Product, SnpRefusals.Tcb, SnpRefusals.ChipId);
    }

    [Fact]
    public void A_certificate_of_the_same_line_for_another_chip_is_refused()
    {
        var verdict = SharedVectors.Verify("2026-01-01", SharedVectors.File("snp/turin-v5.report.bin"), SharedVectors.File("snp/turin-vcek-only.der"), Root("ask_turin"), Root("ark_turin"));
        Assert.Contains(verdict.Reasons, r => r.Code == SnpRefusals.Signature);
        Assert.Contains(verdict.Reasons, r => r.Code == SnpRefusals.ChipId);
        Assert.DoesNotContain(verdict.Reasons, r => r.Code.StartsWith("chain.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("snp/bad-vcek-legacy.der")]
    [InlineData("snp/bad-vcek-new.der")]
    public void A_made_up_certificate_is_read_and_fails_its_chain(string path)
    {
        var verdict = SharedVectors.Verify("2026-01-01", SharedVectors.File("snp/milan-v3.report.bin"), SharedVectors.File(path), Root("ask_milan"), Root("ark_milan"));
        Assert.Contains(verdict.Reasons, r => r.Code == "chain.signature");
        Assert.DoesNotContain(verdict.Reasons, r => r.Code == SnpRefusals.Endorsement);
        Assert.Equal(64, Assert.IsType<SnpClaims>(verdict.Read).Key!.HardwareId!.Value.Length);
    }

    [Fact]
    public void Another_lines_chain_is_refused()
    {
        var milan = SnpCase.Load("milan-v3");
        SharedVectors.AssertRefused(SharedVectors.Verify(milan.Within, milan.Report, [milan.Key, Root("ask_genoa"), Root("ark_genoa")]), "chain.issuer-missing");
        SharedVectors.AssertRefused(SharedVectors.Verify(milan.Within, milan.Report, [milan.Key, Root("asvk_milan"), Root("ark_milan")]), "chain.issuer-missing");
        SharedVectors.AssertRefused(SharedVectors.Verify(milan.Within, milan.Report, [milan.Key, Root("ask_milan")]), "chain.issuer-missing");
        SharedVectors.AssertRefused(SharedVectors.Verify(milan.Within, milan.Report, [milan.Key]), "chain.issuer-missing");
        SharedVectors.AssertRefused(SharedVectors.Verify(milan.Within, milan.Report, milan.Chain), SnpRefusals.EndorsementMissing);
    }

    [Fact]
    public void The_order_of_files_and_files_too_many_do_not_matter()
    {
        var milan = SnpCase.Load("milan-v3");
        EvidenceFile[] all = [Root("ark_genoa"), Root("ark_milan"), Root("asvk_milan"), milan.Key, SharedVectors.File("snp/milan-v2.vcek.der"), Root("ask_genoa"), Root("ask_milan")];
        Assert.True(SharedVectors.Verify(milan.Within, milan.Report, all).IsValid);
        Assert.True(SharedVectors.Verify(milan.Within, milan.Report, [.. all.Reverse()]).IsValid);
    }

    [Fact]
    public void A_current_revocation_list_passes_and_an_old_or_foreign_one_is_refused()
    {
        var genoa = SnpCase.Load("genoa-v5-oak");
        var list = SharedVectors.File("roots/amd_crl_genoa.der");
        var valid = Assert.IsType<ValidVerdict>(genoa.Verify(SharedVectors.Instant("2025-09-01"), list));
        Assert.True(Assert.IsType<SnpClaims>(valid.Claims).RevocationChecked);
        Assert.False(Assert.IsType<SnpClaims>(genoa.Verify(genoa.Within).Read).RevocationChecked);
        SharedVectors.AssertRefused(genoa.Verify(SharedVectors.Instant("2025-11-04"), list), "crl.outdated");
        var foreign = SharedVectors.File("roots/amd_crl_milan.der");
        SharedVectors.AssertRefused(genoa.Verify(SharedVectors.Instant("2025-09-01"), foreign), "crl.missing");
        Assert.True(genoa.Verify(SharedVectors.Instant("2025-09-01"), list, foreign).IsValid);
        SharedVectors.AssertRefused(genoa.Verify(SharedVectors.Instant("2025-09-01"), SharedVectors.Flip(list, 300, 2)), "crl.signature");
    }

    [Fact]
    public void The_hosts_certificate_table_endorses_by_itself_or_behind_the_report()
    {
        var turin = SnpCase.Load("turin-v5");
        var table = SharedVectors.File("snp/turin-v5.certtable.bin");
        Assert.True(SharedVectors.Verify(turin.Within, turin.Report, [table]).IsValid);
        var extended = turin.Report with { Bytes = (byte[])[.. turin.Report.Bytes.Span, .. table.Bytes.Span] };
        Assert.True(SharedVectors.Verify(turin.Within, extended, []).IsValid);
        SharedVectors.AssertRefused(SharedVectors.Verify(turin.Within, turin.Report with { Bytes = (byte[])[.. turin.Report.Bytes.Span, 0] }, [table]), SnpRefusals.Length);
    }

    [Fact]
    public void A_certificate_table_with_further_entries_is_read()
    {
        var table = SharedVectors.File("snp/turin-v5.certtable.bin").Bytes.ToArray();
        var added = new List<byte>(Guid.NewGuid().ToByteArray(bigEndian: true));
        added.AddRange(BitConverter.GetBytes(0));
        added.AddRange(BitConverter.GetBytes(16));
        for (var entry = 0; entry < 3; entry++)
            BitConverter.TryWriteBytes(table.AsSpan(entry * 24 + 16), BitConverter.ToInt32(table, entry * 24 + 16) + 24);
        byte[] extended = [.. added, .. table];
        var read = SnpCertificateTable.TryRead(extended);
        Assert.Equal(3, read!.Certificates.Count);
        var turin = SnpCase.Load("turin-v5");
        var evidence = new Evidence(EvidenceKind.Snp, turin.Report.Bytes, [new EvidencePart(EvidencePartKind.CertificateTable, extended)]);
        Assert.True(EvidenceVerifier.Verify(evidence, new VerificationContext { At = turin.Within }).IsValid);
    }

    /// <summary>Entries in any order, contents as the operator gave them to the host.</summary>
    [Fact]
    public void A_certificate_table_is_read_in_any_order_and_with_PEM_in_it()
    {
        var turin = SnpCase.Load("turin-v5");
        var table = SharedVectors.File("snp/turin-v5.certtable.bin").Bytes.ToArray();
        byte[] reversed = [.. table.AsSpan(48, 24), .. table.AsSpan(24, 24), .. table.AsSpan(0, 24), .. table.AsSpan(72)];
        Assert.True(SharedVectors.Verify(turin.Within, turin.Report, [new EvidenceFile("table", reversed)]).IsValid);
        byte[] entries = [], contents = [];
        for (var i = 0; i < 3; i++)
        {
            var der = table.AsSpan(BitConverter.ToInt32(table, i * 24 + 16), BitConverter.ToInt32(table, i * 24 + 20));
            var pem = System.Text.Encoding.ASCII.GetBytes(System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", der) + "\n");
            entries = [.. entries, .. table.AsSpan(i * 24, 16), .. BitConverter.GetBytes(96 + contents.Length), .. BitConverter.GetBytes(pem.Length)];
            contents = [.. contents, .. pem];
        }
        byte[] textual = [.. entries, .. new byte[24], .. contents, .. new byte[100]];
        Assert.True(SharedVectors.Verify(turin.Within, turin.Report, [new EvidenceFile("table", textual)]).IsValid);
        textual[130] ^= 0x40;
        Assert.False(SharedVectors.Verify(turin.Within, turin.Report, [new EvidenceFile("table", textual)]).IsValid);
    }

    [Fact]
    public void A_revocation_list_may_be_PEM()
    {
        var genoa = SnpCase.Load("genoa-v3-azure");
        var list = SharedVectors.File("roots/amd_crl_genoa.der");
        var pem = list with { Bytes = System.Text.Encoding.ASCII.GetBytes(System.Security.Cryptography.PemEncoding.WriteString("X509 CRL", list.Bytes.Span) + "\n\0") };
        var at = SharedVectors.Instant("2025-09-01");
        Assert.True(Assert.IsType<SnpClaims>(Assert.IsType<ValidVerdict>(genoa.Verify(at, pem)).Claims).RevocationChecked);
    }

    [Fact]
    public void Azures_firmware_report_is_an_SNP_report_with_runtime_data()
    {
        var azure = SnpCase.Load("genoa-v3-azure");
        var hcl = SharedVectors.File("snp/genoa-v3-azure.hcl.bin");
        Assert.True(SharedVectors.Verify(azure.Within, hcl, azure.Endorsements).IsValid);
        Assert.True(azure.Verify(azure.Within, hcl).IsValid);
        var json = SharedVectors.Flip(hcl, 0x4E0, 0);
        SharedVectors.AssertRefused(SharedVectors.Verify(azure.Within, json, azure.Endorsements), SnpRefusals.RuntimeData);
        SharedVectors.AssertRefused(azure.Verify(azure.Within, SharedVectors.File("tpm/azure-snp-vtpm-genoa.hcl.bin")), "input.endorsement-unrecognised");
    }

    [Fact]
    public void A_nonce_is_report_data_filled_with_zeros()
    {
        var milan = SnpCase.Load("milan-v3-dstack");
        Assert.True(SharedVectors.Verify(milan.Within, milan.Report, milan.Endorsements, nonce: "6174746573742d746573742d666978747572652d32303236").IsValid);
        SharedVectors.AssertRefused(SharedVectors.Verify(milan.Within, milan.Report, milan.Endorsements, nonce: "6174746573742d746573742d666978747572652d32303237"), "binding.nonce");
        SharedVectors.AssertRefused(SharedVectors.Verify(milan.Within, milan.Report, milan.Endorsements, nonce: new string('0', 130)), "binding.nonce");
    }

    [Fact]
    public void Unsigned_bytes_must_be_zero()
    {
        var turin = SnpCase.Load("turin-v5");
        foreach (var offset in new[] { 0x2A0 + 48, 0x2E7, 0x2E8 + 48, 0x32F, 0x330, 0x49F })
            SharedVectors.AssertRefused(SharedVectors.Verify(turin.Within, SharedVectors.Flip(turin.Report, offset, 7), turin.Endorsements), SnpRefusals.Unsigned);
    }

    [Theory]
    [InlineData("milan-v3-vlek-vmpl1", 0x48, 2, SnpRefusals.Signer)]
    [InlineData("milan-v3", 0x48, 2, SnpRefusals.Signer)]
    [InlineData("milan-v3", 0x189, 4, SnpRefusals.Product)]
    [InlineData("milan-v3", 0x189, 6, SnpRefusals.Product)]
    [InlineData("milan-v3", 0x187, 0, SnpRefusals.Tcb)]
    [InlineData("milan-v3", 0x182, 0, SnpRefusals.Tcb)]
    [InlineData("turin-v5", 0x183, 0, SnpRefusals.Tcb)]
    [InlineData("turin-v5", 0x1A0, 0, SnpRefusals.ChipId)]
    [InlineData("turin-v5", 0x1A8, 0, SnpRefusals.ChipId)]
    public void What_the_report_states_must_be_what_the_certificate_states(string id, int offset, int bit, string code)
    {
        var example = SnpCase.Load(id);
        SharedVectors.AssertRefused(SharedVectors.Verify(example.Within, SharedVectors.Flip(example.Report, offset, bit), example.Endorsements), SnpRefusals.Signature, code);
    }

    [Theory]
    [InlineData(0x00, 1, SnpRefusals.Version)]
    [InlineData(0x34, 1, SnpRefusals.Algorithm)]
    [InlineData(0x48, 3, SnpRefusals.NoSignature)]
    public void A_report_of_another_form_is_refused(int offset, int bit, string code)
    {
        var example = SnpCase.Load("turin-v5");
        var verdict = SharedVectors.Verify(example.Within, SharedVectors.Flip(example.Report, offset, bit), example.Endorsements, EvidenceKind.Snp);
        SharedVectors.AssertRefused(verdict, code);
    }

    [Fact]
    public void A_masked_signature_is_refused_as_such()
    {
        var turin = SnpCase.Load("turin-v5");
        var bytes = turin.Report.Bytes.ToArray();
        bytes.AsSpan(0x2A0).Clear();
        SharedVectors.AssertRefused(SharedVectors.Verify(turin.Within, turin.Report with { Bytes = bytes }, turin.Endorsements), SnpRefusals.NoSignature);
    }

    private static EvidenceFile Root(string name) => SharedVectors.File($"roots/amd_{name}.pem");

    /// <summary>Every field that both sides name is equal.</summary>
    private static void AssertFields(JsonElement expected, ClaimFields actual)
    {
        var compared = 0;
        foreach (var field in expected.EnumerateObject())
        {
            if (actual[field.Name] is not { } value) continue;
            compared++;
            switch (value)
            {
                case string text: Assert.Equal(field.Value.GetString(), text); break;
                case ulong number: Assert.Equal(field.Value.GetUInt64(), number); break;
                case bool flag: Assert.Equal(field.Value.GetInt32() == 1, flag); break;
                case ClaimFields nested: AssertFields(field.Value, nested); break;
                default: Assert.Fail($"{field.Name} is of an unexpected type"); break;
            }
        }

        Assert.True(compared >= Math.Min(3, expected.EnumerateObject().Count()));
    }
}
