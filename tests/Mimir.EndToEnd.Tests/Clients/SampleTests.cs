using System.Diagnostics;
using Mimir.Cli.Demo;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Trust;

namespace Mimir.EndToEnd.Tests.Clients;

/// <summary>The samples do what they say, as programs of their own against a real cluster.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Every_sample_runs()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { Executable = MimirProcess.Executable, Model = SharedModel.Directory }, _ => { }, cancellation);
        using var folder = new TemporaryFolder();
        File.Copy(cluster.AuthorityFile, folder.At("ca.pem"));
        foreach (var (name, place) in new[] { ("me", "."), ("ada", "ada"), ("ben", "ben") })
        {
            using var identity = cluster.Issue(Role.DataOwner, name).Identity;
            identity.Save(folder.At(place));
        }

        Assert.Contains("12 out, ended by length]", await RunAsync("chat", "Who was Lily?"), StringComparison.Ordinal);
        Assert.Contains("[stopped after 5 pieces]", await RunAsync("streaming", "Tell me a tale."), StringComparison.Ordinal);
        var drafts = await RunAsync("agent", "One day");
        Assert.Contains("draft 1: ", drafts, StringComparison.Ordinal);
        Assert.Matches(@"\[[1-3] different drafts\]", drafts);
        var joint = await RunAsync("joint", "Once upon a time", " there was a dog");
        Assert.Contains("everyone: the prompt segment of ben has 1 to 16 tokens", joint, StringComparison.Ordinal);
        Assert.Contains("[ada received 0 characters]", joint, StringComparison.Ordinal);

        async Task<string> RunAsync(string sample, params string[] words)
        {
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "mimir-samples"), [sample, folder.Path, cluster.Coordinator.ToString(), SharedModel.Directory, .. words])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            if (Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location)))) is { } root) start.Environment.TryAdd("DOTNET_ROOT", root);
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            Assert.True(process.ExitCode == 0, await errors);
            return await output;
        }
    }
}
