using Mimir.Trust.Attestation;
using Mimir.Trust.Policies;

namespace Mimir.Trust.Tests.Policies;

/// <summary>Members that are each acceptable still must not share a vendor, an operator or a machine.</summary>
public sealed class PolicyQuorumTests
{
    private static readonly Policy Production = Policy.Parse(SamplePolicy.Production, "policy.yaml");
    private static readonly Member Amd = new("a", Role.Party, "Hospital A", Samples.Snp()), Intel = new("b", Role.Party, "Hospital B", Samples.Tdx()), Aws = new("c", Role.Party, "Hospital C", Samples.Nitro());

    [Fact]
    public void Two_vendors_two_operators_two_chips_are_accepted()
    {
        Assert.Empty(Failed(Amd, Intel));
        Assert.Empty(Failed(Amd, Intel, Aws));
        Assert.Empty(Failed(Intel, Aws));
    }

    [Fact]
    public void One_vendor_is_not_enough()
    {
        var other = new Member("d", Role.Party, "Hospital D", Samples.Snp(b => b[0x1A0] = 9));
        Assert.Equal(["quorum.vendor_roots"], Failed(Amd, other));
        Assert.Equal(["quorum.vendor_roots"], Failed(Amd));
        var three = Policy.Parse(SamplePolicy.Production + "\nquorum: { vendor_roots: 3 }", "policy.yaml");
        Assert.Equal(["quorum.vendor_roots"], Failed(three, Amd, Intel));
        Assert.Empty(Failed(three, Amd, Intel, Aws));
    }

    [Fact]
    public void Operators_must_be_known_and_distinct()
    {
        Assert.Equal(["quorum.distinct_operators"], Failed(Amd, Intel with { Operator = "hospital a " }));
        Assert.Equal(["quorum.distinct_operators"], Failed(Amd, Intel with { Operator = " " }));
    }

    [Fact]
    public void Chips_must_be_known_and_distinct()
    {
        var same = new Member("d", Role.Party, "Hospital D", Samples.Snp());
        Assert.Equal(["quorum.distinct_chips"], Failed(Amd, Intel, same));
        var masked = same with { Verdict = Samples.Snp(b => b.AsSpan(0x1A0, 64).Clear()) };
        Assert.Equal(["quorum.distinct_chips"], Failed(Amd, Intel, masked));
        var parent = new Member("d", Role.Party, "Hospital D", Samples.Nitro(module: "i-1-enc2"));
        Assert.Equal(["quorum.distinct_chips"], Failed(Amd, Aws, parent));
        Assert.Empty(Failed(Amd, Aws, parent with { Verdict = Samples.Nitro(module: "i-2-enc2") }));
    }

    [Fact]
    public void Names_must_be_distinct_and_somebody_there()
    {
        Assert.Equal(["quorum.names"], Failed(Amd, Intel with { Name = "a" }));
        Assert.Equal(["quorum.members"], Failed());
    }

    [Fact]
    public void Every_member_must_be_accepted_by_itself()
    {
        Assert.Equal(["member.b"], Failed(Amd, Intel with { Verdict = Samples.Tdx(b => b[0x78] = 1) }));
        Assert.Contains("member.b", Failed(Amd, Intel with { Verdict = Samples.Refused(EvidenceKind.Tdx, "tdx.signature") }));
    }

    [Fact]
    public void The_rules_can_be_stated_and_a_laboratory_has_none()
    {
        var lenient = Policy.Parse(SamplePolicy.Production + "\nquorum: { vendor_roots: 1, distinct_operators: false, distinct_chips: false }", "policy.yaml");
        Assert.Empty(Failed(lenient, Amd, Amd with { Name = "d" }));
        var lab = Policy.Parse(SamplePolicy.Lab, "lab.yaml");
        var simulated = new Member("a", Role.Party, "", Samples.Simulated());
        Assert.Empty(Failed(lab, simulated, simulated with { Name = "b" }));
        var strict = Policy.Parse(SamplePolicy.Lab + "\nquorum: { distinct_chips: true }", "lab.yaml");
        Assert.Equal(["quorum.distinct_chips"], Failed(strict, simulated, simulated with { Name = "b" }));
        Assert.Empty(Failed(strict, simulated, simulated with { Name = "b", Verdict = Samples.Simulated(chip: 7) }));
    }

    private static string[] Failed(params Member[] members) => Failed(Production, members);

    private static string[] Failed(Policy policy, params Member[] members) => [.. policy.EvaluateQuorum(members).Failures.Select(rule => rule.Rule)];
}
