using System.Text.Json;
using Mimir.Cli.Benching.Networks;
using Mimir.Cli.Supervision;
using Mimir.Services.ModelOwners;

namespace Mimir.Cli.Benching;

/// <summary>
/// A measurement over an emulated network. Outside, this process makes hosts and wire; inside, on the client's host, a child process runs
/// <see cref="BenchRun"/> and starts every role on its own host. The model is shared before distance sets in.
/// </summary>
internal static class EmulatedBench
{
    /// <summary>The child's word on the command line.</summary>
    public const string Role = "bench";

    private const string Client = "client";
    private const string LoadedLine = "loaded";
    private const string ReportPrefix = "report ";

    /// <summary>Runs it; neither processes nor namespaces are left behind.</summary>
    /// <exception cref="UsageException">No network can be emulated here; says what is needed.</exception>
    public static async Task<BenchReport> RunAsync(BenchRequest request, NetworkProfile profile, Action<string> progress, CancellationToken cancellation)
    {
        string[] hosts = [Client, "coordinator", "triples", "model-owner", .. Enumerable.Range(0, request.Parties).Select(i => $"p{i}")];
        using var network = EmulatedNetwork.Create(profile, hosts);
        await using var child = ChildProcess.Start(null, Role, Client, line => progress($"{Role} '{Client}': {line}"), network.Hosts[Client]);
        await child.WriteAsync(JsonSerializer.Serialize(request with { Hosts = network.Hosts }, SupervisedJson.Default.BenchRequest));
        await foreach (var line in child.Output.ReadAllAsync(cancellation))
        {
            if (line == LoadedLine) network.Slow();
            if (!line.StartsWith(ReportPrefix, StringComparison.Ordinal)) continue;
            var report = JsonSerializer.Deserialize(line[ReportPrefix.Length..], SupervisedJson.Default.BenchReport)!;
            return report with { Network = NetworkReport.Of(profile, report) };
        }
        throw await child.FailureAsync();
    }

    /// <summary>The child's part.</summary>
    public static async Task RunInsideAsync(string line, Action<string> log, CancellationToken cancellation)
    {
        var request = JsonSerializer.Deserialize(line, SupervisedJson.Default.BenchRequest)!;
        var report = await BenchRun.RunAsync(request, log, () => SupervisedRole.Say(LoadedLine), cancellation);
        SupervisedRole.Say(ReportPrefix + JsonSerializer.Serialize(report, SupervisedJson.Default.BenchReport));
    }
}
