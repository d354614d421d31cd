using System.Text.Json;
using Mimir.Services.Hardening;

namespace Mimir.Cli.Tests.Deployment;

/// <summary>deploy/seccomp/mimir.json: what is not listed is refused, and nothing is listed that a role refuses itself.</summary>
public sealed class SeccompProfileTests
{
    private static readonly JsonElement Profile = JsonDocument.Parse(Checkout.Read("deploy/seccomp/mimir.json")).RootElement;

    [Fact]
    public void What_is_not_listed_is_refused()
    {
        Assert.Equal("SCMP_ACT_ERRNO", Profile.GetProperty("defaultAction").GetString());
        var architectures = Profile.GetProperty("archMap").EnumerateArray().Select(entry => (entry.GetProperty("architecture").GetString(), entry.GetProperty("subArchitectures").GetArrayLength()));
        Assert.Equal([("SCMP_ARCH_X86_64", 0), ("SCMP_ARCH_AARCH64", 0)], architectures);
    }

    [Fact]
    public void Nothing_is_listed_that_a_role_refuses_itself()
    {
        var allowed = Allowed();
        Assert.Contains("read", allowed);
        Assert.Contains("seccomp", allowed);
        Assert.Contains("mlockall", allowed);
        foreach (var (name, _, _) in SystemCallFilter.Refused) Assert.DoesNotContain(name, allowed);
    }

    /// <summary>A process may start threads and programs, not namespaces: of clone's flags none of CLONE_NEW…; clone3, whose flags no filter sees, "does not exist".</summary>
    [Fact]
    public void No_namespace_can_be_made()
    {
        var clone = Assert.Single(Rules(), rule => Names(rule).SequenceEqual(["clone"]));
        var argument = Assert.Single(clone.GetProperty("args").EnumerateArray());
        Assert.Equal((0, 0x7E02_0080L, 0L, "SCMP_CMP_MASKED_EQ"), (argument.GetProperty("index").GetInt32(), argument.GetProperty("value").GetInt64(), argument.GetProperty("valueTwo").GetInt64(), argument.GetProperty("op").GetString()));
        var clone3 = Assert.Single(Rules(), rule => Names(rule).Contains("clone3"));
        Assert.Equal(("SCMP_ACT_ERRNO", 38), (clone3.GetProperty("action").GetString(), clone3.GetProperty("errnoRet").GetInt32()));
    }

    private static IEnumerable<JsonElement> Rules() => Profile.GetProperty("syscalls").EnumerateArray();

    private static string[] Names(JsonElement rule) => [.. rule.GetProperty("names").EnumerateArray().Select(name => name.GetString()!)];

    private static HashSet<string> Allowed() => [.. Rules().Where(rule => rule.GetProperty("action").GetString() == "SCMP_ACT_ALLOW").SelectMany(Names)];
}
