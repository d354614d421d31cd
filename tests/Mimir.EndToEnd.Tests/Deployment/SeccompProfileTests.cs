using System.Diagnostics;
using System.Text.Json;
using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Deployment;

/// <summary>deploy/seccomp/mimir.json, loaded for real (libseccomp makes the filter, bubblewrap loads it): a whole cluster runs under it, and what it refuses is refused.</summary>
public sealed class SeccompProfileTests
{
    [Fact]
    public async Task A_cluster_runs_under_the_profile()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        var (code, output, error) = await RunAsync(MimirProcess.Executable, "demo", "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "3", "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(greedy[..3], json.RootElement.GetProperty("token_ids").EnumerateArray().Select(id => id.GetInt32()));
    }

    [Theory]
    [InlineData("unshare", "--user", "true")]
    [InlineData("unshare", "--mount", "true")]
    [InlineData("chroot", "/", "true")]
    [InlineData("mount", "-t", "tmpfs", "none", "/tmp")]
    public async Task The_profile_refuses_what_no_role_needs(params string[] command)
    {
        var (code, _, error) = await RunAsync(command);
        Assert.NotEqual(0, code);
        Assert.Matches("not permitted|permission denied", error);
        Assert.Equal(0, (await RunAsync("true")).Code);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && SeccompFilter.IsAvailable, "libseccomp is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed");
        using var folder = new TemporaryFolder();
        var filter = folder.At("filter.bpf");
        using (var profile = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "deploy/seccomp/mimir.json")))) SeccompFilter.Write(profile.RootElement, filter);
        var start = new ProcessStartInfo("bash", ["-c", "filter=$1; shift; exec /usr/bin/bwrap --seccomp 9 --dev-bind / / -- \"$@\" 9< \"$filter\"", "bash", filter, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null) start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(typeof(object).Assembly.Location, "../../../.."));
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Mimir.slnx"))) return folder.FullName;
            throw new InvalidOperationException("the tests are not run inside a checkout");
        }
    }
}
