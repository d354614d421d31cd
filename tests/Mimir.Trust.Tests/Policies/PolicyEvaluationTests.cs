using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Attestation.Tdx;
using Mimir.Trust.Policies;

namespace Mimir.Trust.Tests.Policies;

/// <summary>Each rule accepts what it should, and fails by itself on what it should not accept.</summary>
public sealed class PolicyEvaluationTests
{
    private static readonly Policy Production = Policy.Parse(SamplePolicy.Production, "policy.yaml");

    [Fact]
    public void What_the_policy_lists_is_accepted()
    {
        foreach (var verdict in (Verdict[])[Samples.Snp(), Samples.Tdx(), Samples.Nitro()])
        {
            var decision = Production.Evaluate(Role.Party, verdict);
            Assert.Empty(decision.Failures);
            Assert.True(decision.IsAccepted);
        }

        Assert.True(Production.Evaluate(Role.TripleService, Samples.Tdx(b => b.AsSpan(0x88, 48).Fill(0x14))).IsAccepted);
        Assert.True(Policy.Parse(SamplePolicy.Lab, "lab.yaml").Evaluate(Role.Party, Samples.Simulated()).IsAccepted);
    }

    [Fact]
    public void Refused_evidence_is_rejected_and_not_judged_further()
    {
        var decision = Production.Evaluate(Role.Party, Samples.Refused(EvidenceKind.Tdx, "tdx.signature"));
        Assert.Equal(["evidence", "kind"], decision.Rules.Select(r => r.Rule));
        Assert.Equal(["evidence"], Failed(decision));
        Assert.Contains("tdx.signature", decision.Rules[0].Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_accepts_only_its_kinds_and_its_measurements()
    {
        Assert.Equal(["kind"], Failed(Production.Evaluate(Role.TripleService, Samples.Snp())));
        Assert.Equal(["kind"], Failed(Production.Evaluate(Role.Coordinator, Samples.Tdx())));
        Assert.Equal(["tdx.mr_td"], Failed(Production.Evaluate(Role.TripleService, Samples.Tdx())));
        Assert.Equal(["kind"], Failed(Production.Evaluate(Role.Party, Samples.Simulated())));
        Assert.Equal(["kind"], Failed(Policy.Parse(SamplePolicy.Lab, "lab.yaml").Evaluate(Role.Party, Samples.Snp())));
    }

    [Theory]
    [InlineData(0x90, 9, "snp.measurement")]
    [InlineData(0x0A, 0x0A, "snp.debug")]
    [InlineData(0x0A, 0x06, "snp.migrate_ma")]
    [InlineData(0x30, 1, "snp.vmpl")]
    [InlineData(0x48, 4, "snp.signing_keys")]
    [InlineData(0x180, 9, "snp.minimum_tcb.reported.bl")]
    [InlineData(0x186, 22, "snp.minimum_tcb.reported.snp")]
    [InlineData(0x187, 83, "snp.minimum_tcb.reported.ucode")]
    [InlineData(0x1E0, 9, "snp.minimum_tcb.committed.bl")]
    [InlineData(0x1E6, 22, "snp.minimum_tcb.committed.snp")]
    [InlineData(0x1E7, 83, "snp.minimum_tcb.committed.ucode")]
    [InlineData(0x1F0, 9, "snp.minimum_tcb.launch.bl")]
    [InlineData(0x1F6, 22, "snp.minimum_tcb.launch.snp")]
    [InlineData(0x1F7, 83, "snp.minimum_tcb.launch.ucode")]
    public void Each_snp_rule_fails_by_itself(int offset, byte value, string rule) =>
        Assert.Equal([rule], Failed(Production.Evaluate(Role.Party, Samples.Snp(b => b[offset] = value))));

    [Fact]
    public void The_current_tcb_does_not_count() =>
        Assert.True(Production.Evaluate(Role.Party, Samples.Snp(b => b.AsSpan(0x38, 8).Clear())).IsAccepted);

    [Fact]
    public void Milan_is_accepted_only_where_it_is_named()
    {
        Assert.Equal(["snp.product"], Failed(Production.Evaluate(Role.Party, Samples.Snp(product: SnpProduct.Milan))));
        var policy = SamplePolicy.With("    turin:", "    milan: { bl: 4, tee: 0, snp: 20, ucode: 80 }\n    turin:");
        Assert.True(policy.Evaluate(Role.Party, Samples.Snp(product: SnpProduct.Milan)).IsAccepted);
    }

    [Fact]
    public void Turin_has_minima_of_its_own()
    {
        var tcb = (byte[])[1, 1, 1, 4, 0, 0, 0, 68];
        Verdict Turin(Action<byte[]>? change = null) => Samples.Snp(
            b =>
            {
                foreach (var offset in (int[])[0x180, 0x1E0, 0x1F0]) tcb.CopyTo(b, offset);
                change?.Invoke(b);
            },
            SnpProduct.Turin);
        Assert.True(Production.Evaluate(Role.Party, Turin()).IsAccepted);
        Assert.Equal(["snp.minimum_tcb.launch.fmc"], Failed(Production.Evaluate(Role.Party, Turin(b => b[0x1F0] = 0))));
    }

    [Fact]
    public void A_revocation_list_is_required_unless_the_policy_says_otherwise()
    {
        var verdict = Samples.Snp(revocationChecked: false);
        Assert.Equal(["snp.revocation_required"], Failed(Production.Evaluate(Role.Party, verdict)));
        Assert.True(SamplePolicy.Adding("snp", "revocation_required: false").Evaluate(Role.Party, verdict).IsAccepted);
    }

    [Theory]
    [InlineData("platform_info: { require: [ecc, alias_check_complete] }", 0x40, 0x05, "snp.platform_info.alias_check_complete")]
    [InlineData("platform_info: { require: [ecc] }", 0x40, 0x21, "snp.platform_info.ecc")]
    [InlineData("platform_info: { forbid: [tsme] }", 0x40, 0x27, "snp.platform_info.tsme")]
    [InlineData("guest_policy: { forbid: [cxl_allowed] }", 0x0A, 0x22, "snp.guest_policy.cxl_allowed")]
    [InlineData("mitigations: 0x3", 0x1F8, 1, "snp.mitigations")]
    [InlineData("mitigations: 0x3", 0x200, 2, "snp.mitigations")]
    [InlineData("minimum_guest_svn: 0", 0x04, 0, null)]
    public void Each_optional_snp_rule_fails_by_itself(string line, int offset, byte value, string? rule)
    {
        var policy = SamplePolicy.Adding("snp", line);
        Assert.True(policy.Evaluate(Role.Party, Samples.Snp()).IsAccepted);
        Assert.Equal(rule is null ? [] : [rule], Failed(policy.Evaluate(Role.Party, Samples.Snp(b => b[offset] = value))));
    }

    [Theory]
    [InlineData("id_key_digests", 4, 48, 0xE0)]
    [InlineData("author_key_digests", 5, 48, 0x110)]
    [InlineData("host_data", 3, 32, 0xC0)]
    [InlineData("chips", 2, 64, 0x1A0)]
    public void Each_allow_list_accepts_what_it_holds_only(string key, byte value, int length, int offset)
    {
        var policy = SamplePolicy.Adding("snp", $"{key}: [{Samples.Hex(0xEE, length)}, {Samples.Hex(value, length).ToUpperInvariant()}]");
        Assert.True(policy.Evaluate(Role.Party, Samples.Snp()).IsAccepted);
        Assert.Equal([$"snp.{key}"], Failed(policy.Evaluate(Role.Party, Samples.Snp(b => b[offset] ^= 1))));
    }

    [Theory]
    [InlineData(0x88, 0x10, "tdx.mr_td")]
    [InlineData(0x148, 0x10, "tdx.rtmr0")]
    [InlineData(0x78, 1, "tdx.debug")]
    [InlineData(0x78, 0x10, "tdx.debug")]
    [InlineData(0x78 + 3, 0, "tdx.sept_ve_disable")]
    [InlineData(0x78 + 3, 0x30, "tdx.migratable")]
    [InlineData(0x258, 1, "tdx.service_td")]
    public void Each_tdx_rule_fails_by_itself(int offset, byte value, string rule) =>
        Assert.Equal([rule], Failed(Production.Evaluate(Role.Party, Samples.Tdx(b => b[offset] = value))));

    [Fact]
    public void Tdx_statuses_and_evaluations_count()
    {
        foreach (var status in Enum.GetValues<TcbStatus>().Where(s => s != TcbStatus.UpToDate))
            Assert.Equal(["tdx.tcb_statuses"], Failed(Production.Evaluate(Role.Party, Samples.Tdx(status: status))));
        var lenient = SamplePolicy.Adding("tdx", "tcb_statuses: [UpToDate, SWHardeningNeeded]");
        Assert.True(lenient.Evaluate(Role.Party, Samples.Tdx(status: TcbStatus.SWHardeningNeeded)).IsAccepted);
        Assert.Equal(["tdx.tcb_statuses"], Failed(lenient.Evaluate(Role.Party, Samples.Tdx(status: TcbStatus.OutOfDate))));
        Assert.Equal(["tdx.minimum_tcb_evaluation_data_number"], Failed(Production.Evaluate(Role.Party, Samples.Tdx(evaluation: 17))));
    }

    [Fact]
    public void Listed_service_domains_and_platforms_are_accepted()
    {
        var service = SamplePolicy.Adding("tdx", $"service_tds: [{Samples.Hex(7)}]");
        Assert.True(service.Evaluate(Role.Party, Samples.Tdx(b => b.AsSpan(0x258, 48).Fill(7))).IsAccepted);
        Assert.Equal(["tdx.service_td"], Failed(service.Evaluate(Role.Party, Samples.Tdx(b => b.AsSpan(0x258, 48).Fill(8)))));
        var platforms = SamplePolicy.Adding("tdx", $"platforms: [{Samples.Hex(0x13, 16)}]");
        Assert.True(platforms.Evaluate(Role.Party, Samples.Tdx()).IsAccepted);
        Assert.Equal(["tdx.platforms"], Failed(platforms.Evaluate(Role.Party, Samples.Tdx(platform: 0x14))));
    }

    [Fact]
    public void Nitro_registers_and_debug_mode_count()
    {
        Assert.Equal(["nitro.pcr0"], Failed(Production.Evaluate(Role.Party, Samples.Nitro(pcr0: 1))));
        Assert.Equal(["nitro.pcr1"], Failed(Production.Evaluate(Role.Party, Samples.Nitro(pcr1: 1))));
        var zero = SamplePolicy.With(Samples.Hex(0x21), Samples.Hex(0));
        Assert.Equal(["nitro.debug"], Failed(zero.Evaluate(Role.Party, Samples.Nitro(pcr0: 0))));
    }

    [Fact]
    public void Laboratory_keys_and_measurements_count()
    {
        var lab = Policy.Parse(SamplePolicy.Lab, "lab.yaml");
        Assert.Equal(["simulated.lab_keys"], Failed(lab.Evaluate(Role.Party, Samples.Simulated(key: 2))));
        Assert.Equal(["simulated.measurement"], Failed(lab.Evaluate(Role.Party, Samples.Simulated(measurement: 2))));
        var any = Policy.Parse(SamplePolicy.Replace(SamplePolicy.Lab, $"\n      - measurement: {Samples.Hex(0x31)}", " any"), "lab.yaml");
        Assert.True(any.Evaluate(Role.Party, Samples.Simulated(measurement: 2)).IsAccepted);
        Assert.Equal(Samples.LabKeyHash, Convert.ToHexStringLower(lab.LabKeys.Single().Span));
        Assert.Equal([EvidenceKind.Simulated], lab.Context(DateTimeOffset.UnixEpoch).Accepted.Kinds);
        Assert.Empty(Production.LabKeys);
    }

    private static string[] Failed(PolicyDecision decision)
    {
        Assert.Equal(decision.IsAccepted, !decision.Failures.Any());
        return [.. decision.Failures.Select(rule => rule.Rule)];
    }
}
