using System.Text;
using CsCheck;
using Mimir.Trust.Policies;

namespace Mimir.Trust.Tests.Policies;

/// <summary>What a policy file may hold; everything else is one line with file and line number.</summary>
public sealed class PolicyParsingTests
{
    [Theory]
    [InlineData("deploy/policies/production.yaml", PolicyProfile.Production)]
    [InlineData("deploy/policies/lab.yaml", PolicyProfile.Lab)]
    public void The_shipped_examples_are_read(string path, PolicyProfile profile)
    {
        var policy = Policy.Parse(File.ReadAllText(Path.Combine(Checkout(), path)), path);
        Assert.Equal(profile, policy.Profile);
        Assert.Equal([Role.Party, Role.TripleService], policy.Roles);
    }

    [Theory]
    [InlineData("version: 1", "version: 2", 1, "'version' must be 1")]
    [InlineData("version: 1\n", "", 1, "lacks 'version'")]
    [InlineData("profile: production", "profile: prod", 2, "one of production, lab")]
    [InlineData("profile: production", "profile: lab", 4, "not for a lab profile")]
    [InlineData("profile: production", "profile: production\nprofile: lab", 3, "a second time; the first is in line 2")]
    [InlineData("profile: production", "profile: production\nextra: 1", 3, "unknown key 'extra'")]
    [InlineData("party: [snp, tdx, nitro]", "party: [snp, tdx, tpm]", 4, "'tpm' is not for a production profile")]
    [InlineData("party: [snp, tdx, nitro]", "party: [simulated]", 4, "'simulated' is not for a production profile")]
    [InlineData("party: [snp, tdx, nitro]", "party: [snp, snp]", 4, "names one thing twice")]
    [InlineData("party: [snp, tdx, nitro]", "party: []", 4, "not empty")]
    [InlineData("party: [snp, tdx, nitro]", "party: snp", 4, "must be a list")]
    [InlineData("party: [snp, tdx, nitro]", "party: [sev]", 4, "one of snp, tdx")]
    [InlineData("party: [snp, tdx, nitro]", "node: [snp]", 4, "'node' is not a role")]
    [InlineData("party: [snp, tdx, nitro]", "party: [snp, tdx, nitro, azure-vtpm]", 1, "lacks 'azure-vtpm'")]
    [InlineData("party: [snp, tdx, nitro]", "party: [snp, tdx]", 22, "no role may present")]
    [InlineData("  triple-service: [tdx]", "  triple-service: [tdx, nitro]", 24, "no measurements for the role triple-service")]
    [InlineData("      - measurement: ", "      - measured: ", 9, "unknown key 'measured'")]
    [InlineData("      - measurement: ", "      - measurement: ab", 9, "48 bytes in hexadecimal")]
    [InlineData("    party:\n      - measurement", "    party: any\n    coordinator:\n      - measurement", 8, "lab profiles only")]
    [InlineData("genoa: { bl: 10, ", "genoa: { ", 11, "lacks 'bl'")]
    [InlineData("genoa: { bl: 10, ", "genoa: { bl: 256, ", 11, "from 0 to 255")]
    [InlineData("genoa: { bl: 10, ", "genoa: { bl: -1, ", 11, "from 0 to 255")]
    [InlineData("genoa: { bl: 10, ", "genoa: { bl: 1e1, ", 11, "from 0 to 255")]
    [InlineData("genoa: { bl: 10, ", "genoa: { fmc: 1, bl: 10, ", 11, "unknown key 'fmc'")]
    [InlineData("turin: {", "naples: {", 12, "unknown key 'naples'")]
    [InlineData("turin: {", "genoa: {", 12, "a second time")]
    [InlineData("  minimum_tcb_evaluation_data_number: 18\n", "", 14, "lacks 'minimum_tcb_evaluation_data_number'")]
    [InlineData("  minimum_tcb_evaluation_data_number: 18", "  minimum_tcb_evaluation_data_number: many", 21, "whole number")]
    [InlineData("  minimum_tcb_evaluation_data_number: 18", "  minimum_tcb_evaluation_data_number: 18\n  tcb_statuses: [Revoked]", 22, "must be one of UpToDate")]
    [InlineData("nitro:", "quorum: { vendor_roots: 4 }\nnitro:", 22, "from 0 to 3")]
    [InlineData("nitro:", "quorum: { distinct_chips: yes }\nnitro:", 22, "true or false")]
    [InlineData("nitro:", "quorum: { operators: 2 }\nnitro:", 22, "unknown key 'operators'")]
    [InlineData("version: 1", "version: &a 1", 1, "anchors")]
    [InlineData("version: 1", "version: !!int 1", 1, "tags")]
    [InlineData("version: 1", "version: *a", 1, "a")]
    [InlineData("version: 1", "? [a]\n: 1\nversion: 1", 1, "a key must be a word")]
    [InlineData("version: 1", "version: 1\n\tx: 1", 1, "not valid YAML")]
    public void A_mistake_is_named_with_its_line(string old, string replacement, int line, string message)
    {
        var refused = Assert.Throws<PolicyException>(() => SamplePolicy.With(old, replacement));
        Assert.StartsWith("policy.yaml:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith($"policy.yaml:{line}: ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("text")]
    [InlineData("version: 1\n---\nversion: 1")]
    [InlineData("version: 1\nprofile: lab\nroles: {}")]
    [InlineData("version: 1\nprofile: lab\nroles: { party: [tpm] }\ntpm: { measurements: { party: any } }")]
    [InlineData("version: 1\nprofile: lab\nroles: { party: [tpm] }\ntpm: { measurements: { party: [] }, roots: [00] }")]
    public void Whatever_is_no_policy_is_refused(string text) => Assert.StartsWith("p", Assert.Throws<PolicyException>(() => Policy.Parse(text, "p")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_lab_policy_takes_no_vendor_roots_and_no_production_kinds()
    {
        Assert.Contains("no vendor roots", Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Lab + "\nquorum: { vendor_roots: 1 }", "p")).Message, StringComparison.Ordinal);
        Assert.Contains("not for a lab", Assert.Throws<PolicyException>(() => Policy.Parse(SamplePolicy.Lab.Replace("[simulated]", "[simulated, snp]", StringComparison.Ordinal), "p")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Size_and_depth_are_bounded()
    {
        Assert.Throws<PolicyException>(() => Policy.Parse(new string(' ', 1 << 20), "p"));
        Assert.Throws<PolicyException>(() => Policy.Parse(string.Concat(Enumerable.Repeat("[", 100)), "p"));
        Assert.Throws<PolicyException>(() => Policy.Parse("a: [" + string.Join(",", Enumerable.Repeat("1", 30_000)) + "]", "p"));
    }

    [Fact]
    public void Mutated_policies_are_read_or_refused()
    {
        var bytes = Encoding.ASCII.GetBytes(SamplePolicy.Production);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[9, 126]).Array[1, 6].Sample(
            changes =>
            {
                var copy = (byte[])bytes.Clone();
                foreach (var (position, value) in changes) copy[position] = value;
                try
                {
                    Policy.Parse(Encoding.ASCII.GetString(copy), "p");
                }
                catch (PolicyException)
                {
                    // The one exception that is allowed.
                }
            },
            seed: "0N0XIzNsQ0O2", iter: 2_000);
    }

    private static string Checkout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Mimir.slnx"))) return folder.FullName;
        throw new InvalidOperationException("The tests do not run inside a checkout.");
    }
}
