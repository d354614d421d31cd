using System.Text.RegularExpressions;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>A role is hardened by the time it listens, whether an operator or a supervisor started it.</summary>
public sealed class HardenedRoleTests
{
    [Fact]
    public async Task A_role_that_listens_is_hardened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "read from /proc");
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await MimirProcess.RunAsync("identity", "authority", folder.At("authority"))).Code);
        Assert.Equal(0, (await MimirProcess.RunAsync("identity", "issue", "coordinator", "c", folder.At("c"), "--authority", folder.At("authority"))).Code);
        File.WriteAllText(folder.At("c.yaml"), $"tls:\n  identity: {folder.At("c")}\n  authority: {folder.At("authority")}/ca.pem\n");
        await using var coordinator = MimirProcess.Start("coordinator", "--config", folder.At("c.yaml"));
        await coordinator.FirstError;
        Assert.Contains("listening on", coordinator.Errors);
        AssertHardened(coordinator.ProcessId);
    }

    [Fact]
    public async Task A_supervised_role_is_hardened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "read from /proc");
        await using var demo = MimirProcess.Start("demo", "--model", SharedModel.Directory, "--prompt", "Once", "--greedy", "--max-tokens", "64");
        await demo.FirstText;
        var children = demo.Children();
        Assert.Equal(4, children.Keys.Count(name => !name.StartsWith("client", StringComparison.Ordinal) && !name.StartsWith("model-owner", StringComparison.Ordinal)));
        foreach (var id in children.Values) AssertHardened(id);
    }

    private static void AssertHardened(int process)
    {
        var status = File.ReadAllText($"/proc/{process}/status");
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Matches(new Regex(@"Max core file size\s+0\s+0\s"), File.ReadAllText($"/proc/{process}/limits"));
    }
}
