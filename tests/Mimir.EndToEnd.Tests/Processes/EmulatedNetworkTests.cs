using System.Diagnostics;
using System.Text.Json;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>`mimir bench --network`: every role on a host of its own. Needs root on Linux with TUN devices; skipped elsewhere.</summary>
public sealed class EmulatedNetworkTests
{
    [Fact]
    public async Task A_token_takes_no_less_than_its_rounds_times_the_delay()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/dev/net/tun") && File.Exists("/usr/sbin/ip"),
            "network namespaces need root, ip and /dev/net/tun");
        var (code, output, error) = await MimirProcess.RunAsync(
            "bench", "--shape", "stories260k", "--context", "4", "--tokens", "2", "--network", "4ms/500Mbit", "--breakdown", "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        var report = json.RootElement;
        var network = report.GetProperty("network");
        Assert.Equal(4, network.GetProperty("round_trip_milliseconds").GetDouble());
        Assert.Equal(report.GetProperty("rounds_per_token").GetInt64() * 0.002, network.GetProperty("rounds_times_delay_seconds").GetDouble(), 1e-3);
        Assert.InRange(network.GetProperty("fraction_of_time").GetDouble(), 0.01, 1);
        var parts = report.GetProperty("breakdown").GetProperty("parts").EnumerateArray().ToArray();
        Assert.Contains(parts, p => p.GetProperty("part").GetString() == "MatrixProduct");
        // What is waited for in exchanges is the delay at least.
        Assert.True(parts.Sum(p => p.GetProperty("exchange_seconds").GetDouble()) >= 0.9 * network.GetProperty("rounds_times_delay_seconds").GetDouble());
        // Others may be measuring at the same time; of networks whose maker has ended nothing is left.
        Assert.All(Namespaces(), maker => Assert.True(Directory.Exists($"/proc/{maker}")));
    }

    [Theory]
    [InlineData("nowhere", "lan, wan, far")]
    public async Task A_network_that_makes_no_sense_is_a_usage_error(string network, string named)
    {
        var (code, _, error) = await MimirProcess.RunAsync("bench", "--shape", "stories260k", "--context", "4", "--tokens", "2", "--network", network);
        Assert.Equal(2, code);
        Assert.Contains(named, error);
    }

    private static string[] Namespaces()
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/ip", ["netns", "list"]) { RedirectStandardOutput = true })!;
        return [.. process.StandardOutput.ReadToEnd().Split('\n').Where(n => n.StartsWith("mimir-", StringComparison.Ordinal)).Select(n => n.Split('-')[1])];
    }
}
