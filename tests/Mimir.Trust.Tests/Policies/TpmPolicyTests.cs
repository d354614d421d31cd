using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Policies;

namespace Mimir.Trust.Tests.Policies;

/// <summary>Rules for quotes: of a laboratory's TPM, and of Azure's under SEV-SNP. Each field accepted, refused by itself, and refused in a file where it is wrong.</summary>
public sealed class TpmPolicyTests
{
    private static readonly string Zero = Samples.Hex(0, 32);

    private static readonly string Lab = $$"""
        version: 1
        profile: lab
        roles:
          party: [tpm]
          triple-service: [tpm]
        tpm:
          measurements:
            party:
              - pcr0: {{Samples.Hex(0x99, 32)}}
              - pcr0: {{Samples.Hex(0x41, 32)}}
                pcr7: {{Samples.Hex(0x47, 32)}}
            triple-service: any
          attestation_keys: [{{Zero}}, {{Samples.KeyHash.ToUpperInvariant()}}]
        """;

    private static readonly string Azure = $$"""
        version: 1
        profile: production
        roles:
          party: [azure-vtpm]
        snp:
          minimum_tcb:
            genoa: { bl: 10, tee: 0, snp: 23, ucode: 84 }
        azure-vtpm:
          measurements:
            party:
              - measurement: {{Samples.Hex(1)}}
                pcr0: {{Samples.Hex(0x41, 32)}}
                pcr7: {{Samples.Hex(0x47, 32)}}
        """;

    private static readonly Policy Tpm = Policy.Parse(Lab, "lab.yaml"), Vtpm = Policy.Parse(Azure, "azure.yaml");

    [Fact]
    public void Listed_registers_and_keys_are_accepted()
    {
        Assert.Empty(Failed(Tpm, Samples.Tpm()));
        Assert.Equal(["tpm.pcr0", "tpm.pcr7", "tpm.attestation_key"], Tpm.Evaluate(Role.Party, Samples.Tpm()).Rules.Select(r => r.Rule).Where(r => r.StartsWith("tpm", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_register_fails_by_itself()
    {
        Assert.Equal(["tpm.pcr0"], Failed(Tpm, Samples.Tpm(pcr0: 0x40)));
        Assert.Equal(["tpm.pcr7"], Failed(Tpm, Samples.Tpm(pcr7: 0x40)));
    }

    /// <summary>A quote proves a digest; without the values nothing is known of any one register.</summary>
    [Fact]
    public void Registers_whose_values_were_not_given_are_refused() => Assert.Equal(["tpm.pcr0"], Failed(Tpm, Samples.Tpm(withValues: false)));

    [Fact]
    public void Any_measurement_is_any_for_its_role_only()
    {
        Assert.True(Tpm.Evaluate(Role.TripleService, Samples.Tpm(pcr0: 0x40)).IsAccepted);
        Assert.True(Tpm.Evaluate(Role.TripleService, Samples.Tpm(withValues: false)).IsAccepted);
        Assert.Equal(["kind"], Tpm.Evaluate(Role.Coordinator, Samples.Tpm()).Failures.Select(f => f.Rule));
    }

    [Fact]
    public void Only_listed_keys_count()
    {
        Assert.Equal(["tpm.attestation_key"], Failed(Tpm, Samples.Tpm(key: 2)));
        Assert.Equal(["tpm.attestation_key"], Failed(Tpm, Samples.Tpm(key: null)));
        // A certificate says nothing where the policy lists keys only.
        Assert.Equal(["tpm.attestation_key"], Failed(Tpm, Samples.Tpm(key: 2, certified: true)));
    }

    [Fact]
    public void Only_keys_under_listed_roots_count_where_roots_are_listed()
    {
        var roots = Policy.Parse(SamplePolicy.Replace(Lab, $"attestation_keys: [{Zero}, {Samples.KeyHash.ToUpperInvariant()}]", $"roots: [{Samples.RootHash}]"), "lab.yaml");
        Assert.Empty(Failed(roots, Samples.Tpm(key: 2, certified: true)));
        Assert.Equal(["tpm.attestation_key"], Failed(roots, Samples.Tpm(certified: false)));
        var other = Policy.Parse(SamplePolicy.Replace(Lab, $"attestation_keys: [{Zero}, {Samples.KeyHash.ToUpperInvariant()}]", $"roots: [{Zero}]"), "lab.yaml");
        Assert.Equal(["tpm.attestation_key"], Failed(other, Samples.Tpm(certified: true)));
        var either = Policy.Parse(SamplePolicy.Replace(Lab, $"attestation_keys: [{Zero}, ", $"roots: [{Samples.RootHash}]\n  attestation_keys: ["), "lab.yaml");
        Assert.Empty(Failed(either, Samples.Tpm()));
        Assert.Empty(Failed(either, Samples.Tpm(key: 2, certified: true)));
    }

    [Theory]
    [InlineData("profile: lab", "profile: production", "tpm")]
    [InlineData("pcr7", "pcr24", "pcr24")]
    [InlineData("pcr7", "measurement", "measurement")]
    [InlineData("  attestation_keys", "  unknown_keys", "unknown_keys")]
    [InlineData("    triple-service: any\n", "", "triple-service")]
    public void A_tpm_section_that_is_not_right_is_refused(string old, string replacement, string named) =>
        Assert.Contains(named, Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Replace(Lab, old, replacement), "lab.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_tpm_section_without_keys_or_with_short_values_is_refused()
    {
        var keys = Lab[Lab.IndexOf("  attestation_keys", StringComparison.Ordinal)..];
        Assert.Contains("'attestation_keys' or 'roots'", Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Replace(Lab, keys, ""), "lab.yaml")).Message, StringComparison.Ordinal);
        Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Replace(Lab, Zero, Zero[2..]), "lab.yaml"));
        Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Replace(Lab, Samples.Hex(0x47, 32), Samples.Hex(0x47, 48)), "lab.yaml"));
    }

    [Fact]
    public void Listed_firmware_and_registers_are_accepted() => Assert.Empty(Failed(Vtpm, Samples.Azure()));

    [Fact]
    public void Each_measurement_of_azure_fails_by_itself()
    {
        Assert.Equal(["azure-vtpm.measurement"], Failed(Vtpm, Samples.Azure(Samples.Snp(b => b[0x90] = 9))));
        Assert.Equal(["azure-vtpm.pcr0"], Failed(Vtpm, Samples.Azure(pcr0: 0x40)));
        Assert.Equal(["azure-vtpm.pcr7"], Failed(Vtpm, Samples.Azure(pcr7: 0x40)));
        Assert.Equal(["azure-vtpm.pcr0", "azure-vtpm.pcr7"], Failed(Vtpm, Samples.Azure(withValues: false)).Order());
    }

    /// <summary>The machine under the virtual TPM is judged as one that shows its report itself.</summary>
    [Theory]
    [InlineData(0x0A, 0x0A, "snp.debug")]
    [InlineData(0x0A, 0x06, "snp.migrate_ma")]
    [InlineData(0x30, 1, "snp.vmpl")]
    [InlineData(0x48, 4, "snp.signing_keys")]
    [InlineData(0x180, 9, "snp.minimum_tcb.reported.bl")]
    [InlineData(0x1E6, 22, "snp.minimum_tcb.committed.snp")]
    [InlineData(0x1F7, 83, "snp.minimum_tcb.launch.ucode")]
    public void Each_rule_of_the_machine_fails_by_itself(int offset, byte value, string rule) =>
        Assert.Equal([rule], Failed(Vtpm, Samples.Azure(Samples.Snp(b => b[offset] = value))));

    [Fact]
    public void Line_revocation_and_the_report_itself_count()
    {
        Assert.Equal(["snp.product"], Failed(Vtpm, Samples.Azure(Samples.Snp(product: SnpProduct.Milan))));
        Assert.Equal(["snp.revocation_required"], Failed(Vtpm, Samples.Azure(Samples.Snp(revocationChecked: false))));
        Assert.Contains("azure-vtpm.snp", Failed(Vtpm, Samples.Azure(withReport: false)));
    }

    [Theory]
    [InlineData("id_key_digests", 4, 48, 0xE0)]
    [InlineData("author_key_digests", 5, 48, 0x110)]
    [InlineData("host_data", 3, 32, 0xC0)]
    [InlineData("chips", 2, 64, 0x1A0)]
    public void Each_allow_list_of_the_machine_accepts_what_it_holds_only(string key, byte value, int length, int offset)
    {
        var policy = Policy.Parse(SamplePolicy.Replace(Azure, "\nsnp:\n", $"\nsnp:\n  {key}: [{Samples.Hex(value, length)}]\n"), "azure.yaml");
        Assert.Empty(Failed(policy, Samples.Azure()));
        Assert.Equal([$"snp.{key}"], Failed(policy, Samples.Azure(Samples.Snp(b => b[offset] ^= 1))));
    }

    [Theory]
    [InlineData("profile: production", "profile: lab", "azure-vtpm")]
    [InlineData("pcr7", "pcr24", "pcr24")]
    [InlineData("snp:\n  minimum_tcb:\n    genoa: { bl: 10, tee: 0, snp: 23, ucode: 84 }\n", "", "snp")]
    public void An_azure_section_that_is_not_right_is_refused(string old, string replacement, string named) =>
        Assert.Contains(named, Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Replace(Azure, old, replacement), "azure.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Azure_sets_need_the_firmwares_measurement_and_are_never_any()
    {
        Assert.Contains("measurement", Assert.Throws<PolicyException>(() => Policy.Parse(
            SamplePolicy.Replace(Azure, $"- measurement: {Samples.Hex(1)}\n        pcr0", "- pcr0"), "azure.yaml")).Message, StringComparison.Ordinal);
        var sets = Azure[Azure.IndexOf("\n      - measurement", StringComparison.Ordinal)..];
        Assert.Contains("'any'", Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Replace(Azure, sets, " any"), "azure.yaml")).Message, StringComparison.Ordinal);
    }

    private static string[] Failed(Policy policy, Mimir.Trust.Attestation.Verdict verdict)
    {
        var decision = policy.Evaluate(Role.Party, verdict);
        Assert.Equal(decision.IsAccepted, !decision.Failures.Any());
        return [.. decision.Failures.Select(f => f.Rule)];
    }
}
