using System.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Mimir.Cli.Tests.Deployment;

/// <summary>deploy/compose: each role's container has every measure.</summary>
public sealed class ComposeFileTests
{
    private const string File = "deploy/compose/compose.yaml";

    public static TheoryData<string> Services => ["coordinator", "triples", "node-0", "node-1"];

    [Fact]
    public void Every_service_is_examined() => Assert.Equal(Services.Select(service => service.Data).Order(), All().Keys.Cast<string>().Order());

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_measure_is_there(string name)
    {
        var service = (Dictionary<object, object>)All()[name];
        Assert.Equal("1654:1654", service["user"]);
        Assert.Equal("true", service["read_only"]);
        Assert.Equal(["ALL"], (List<object>)service["cap_drop"]);
        Assert.Equal(["no-new-privileges:true", "seccomp=../seccomp/mimir.json"], (List<object>)service["security_opt"]);
        Assert.All((List<object>)service["tmpfs"], mount => Assert.Contains("noexec,nosuid,nodev,size=", (string)mount, StringComparison.Ordinal));
        Assert.Equal(("0", "-1"), ((string)((Dictionary<object, object>)service["ulimits"])["core"], (string)((Dictionary<object, object>)service["ulimits"])["memlock"]));
        Assert.Equal(service["mem_limit"], service["memswap_limit"]);
        Assert.True(int.Parse((string)service["pids_limit"]) > 0 && service.ContainsKey("cpus"));
        Assert.Equal("0", ((Dictionary<object, object>)service["environment"])["DOTNET_EnableDiagnostics"]);
        Assert.All(new[] { "privileged", "cap_add", "devices", "pid", "ipc", "network_mode", "ports" }, key => Assert.False(service.ContainsKey(key), key));
        Assert.All((List<object>)service["volumes"], volume => Assert.True(((string)volume).EndsWith(":ro", StringComparison.Ordinal) || volume is "coordinator-state:/var/lib/mimir", (string)volume));
    }

    [Fact]
    public void The_image_runs_as_an_ordinary_user_without_a_shell()
    {
        var lines = Checkout.Read("deploy/compose/Dockerfile").Split('\n');
        Assert.Contains("USER 1654:1654", lines);
        Assert.Contains("ENV DOTNET_EnableDiagnostics=0", lines);
        Assert.EndsWith("-chiseled", lines.Last(line => line.StartsWith("FROM ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compose_accepts_the_file()
    {
        var start = new ProcessStartInfo("docker-compose", ["-f", Path.Combine(Checkout.Root, File), "config", "--quiet"]) { RedirectStandardError = true };
        Process? started = null;
        try
        {
            started = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("docker-compose is not installed");
        }

        using var process = started!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
    }

    private static Dictionary<object, object> All()
    {
        var parser = new MergingParser(new Parser(new StringReader(Checkout.Read(File))));
        var document = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(parser);
        return (Dictionary<object, object>)document["services"];
    }
}
