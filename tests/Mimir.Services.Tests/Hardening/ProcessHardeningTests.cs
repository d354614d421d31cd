using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mimir.Services.Hardening;

namespace Mimir.Services.Tests.Hardening;

/// <summary>What a hardened process can and cannot do. It stays hardened, so this program runs itself once more, with the explicit test alone.</summary>
public sealed class ProcessHardeningTests
{
    private const int NotPermitted = 1, GetDumpable = 3, CoreLimit = 4;

    [Fact]
    public async Task A_process_hardens_itself()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the measures are Linux's");
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-noColor", "-explicit", "only", "-method", $"{typeof(ProcessHardeningTests).FullName}.{nameof(Inner)}"]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), output);
    }

    [Fact(Explicit = true)]
    public async Task Inner()
    {
        var outcomes = ProcessHardening.Apply().ToDictionary(outcome => outcome.Name);
        Assert.All(new[] { "core dumps", "diagnostics port", "system calls" }, name => Assert.True(outcomes[name].Ok, outcomes[name].ToString()));
        Assert.Equal(0, SystemCalls.ProcessControl(GetDumpable, 0, 0, 0, 0));
        Assert.Equal(0, SystemCalls.GetLimit(CoreLimit, out var core));
        Assert.Equal((0u, 0u), (core.Current, core.Maximum));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*"));
        foreach (var status in Statuses())
        {
            Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
            Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        }

        if (outcomes["memory lock"].Ok) Assert.Matches(@"VmLck:\s+[1-9]", Statuses()[0]);
        else Assert.Contains("LimitMEMLOCK", outcomes["memory lock"].Detail, StringComparison.Ordinal);
        await Task.Run(AssertRefused);
        await AssertWorksAsync();
    }

    [Fact]
    public void Examining_changes_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the measures are Linux's");
        var before = SystemCalls.ProcessControl(GetDumpable, 0, 0, 0, 0);
        var outcomes = ProcessHardening.Examine();
        Assert.Equal(ProcessHardening.Measures.Select(measure => measure.Name), outcomes.Select(outcome => outcome.Name));
        Assert.Equal(before, SystemCalls.ProcessControl(GetDumpable, 0, 0, 0, 0));
        Assert.Contains(outcomes, outcome => outcome.Name == "account" && outcome.Ok == (SystemCalls.EffectiveUser() != 0));
    }

    /// <summary>Each with arguments that are wrong for all of them, so that nothing would happen if it were allowed but another error.</summary>
    private static void AssertRefused()
    {
        foreach (var (name, x64, arm64) in SystemCallFilter.Refused)
        {
            var number = (nint)(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? x64 : arm64);
            var result = SystemCalls.Seccomp(number, nuint.MaxValue, nuint.MaxValue, -1);
            Assert.True(result == -1 && Marshal.GetLastPInvokeError() == NotPermitted, $"{name} was not refused");
        }
    }

    /// <summary>Memory that comes and goes, threads, sockets, files, other programs.</summary>
    private static async Task AssertWorksAsync()
    {
        for (var i = 0; i < 20; i++) new byte[16 << 20].AsSpan().Fill((byte)i);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var program = Process.Start("true");
        await program.WaitForExitAsync();
        Assert.Equal(0, program.ExitCode);
    }

    /// <summary>Of every thread: a filter that only one of them has protects nothing.</summary>
    private static string[] Statuses() => [.. Directory.GetDirectories("/proc/self/task").Select(task => File.ReadAllText(Path.Combine(task, "status")))];
}
