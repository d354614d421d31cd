using System.Text.RegularExpressions;
using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Joining;

/// <summary>A running cluster gets a new authority: introduced by the old one, taken by every process without a restart, and then alone, while a session runs on the old connections.</summary>
public sealed class AuthorityRotationTests
{
    [Fact]
    public async Task An_authority_is_replaced_while_a_session_runs()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        await using var cluster = await AttestedCluster.PrepareAsync("p0", "p1");
        await cluster.IssueAsync("party", "late");
        await cluster.IssueAsync("data-owner", "bob");
        await cluster.StartAsync("p0", "p1");
        await cluster.ShareAsync(2);
        await TokensAsync(cluster, prompt, greedy);
        var text = cluster.Generate(prompt, 2, 20);
        Assert.Equal(0, await text.ExitAsync());

        // Both count.
        var (old, next) = (cluster.Authority, cluster.At("authority2"));
        await cluster.RunAsync("identity", "authority", next);
        await PublishAsync(cluster, "--successor", Path.Combine(next, "ca.pem"), "--authority", old);
        cluster.Roots = cluster.At("both.pem");
        File.WriteAllText(cluster.Roots, File.ReadAllText(Path.Combine(next, "ca.pem")) + File.ReadAllText(Path.Combine(old, "ca.pem")));
        await cluster.RunAsync("identity", "renew", cluster.At("alice"), "--authority", next);
        var running = cluster.Generate(prompt, 2, 300);
        await running.FirstText;

        // Everybody's certificate becomes the new one's, under the session.
        cluster.Appoint(next);
        await cluster.Process("c").SaidAsync("certifies nodes from now on");
        foreach (var name in new[] { "c", "t", "p0", "p1" }) await cluster.RunAsync("identity", "renew", cluster.At(name), "--authority", next);
        await cluster.Process("c").SaidAsync("shows the new certificate");
        foreach (var name in new[] { "t", "p0", "p1" }) await cluster.Process(name).SaidAsync("showed fresh evidence");

        // The old one counts no more.
        await PublishAsync(cluster, "--retire", Path.Combine(old, "ca.pem"), "--authority", next);
        foreach (var name in new[] { "t", "p0", "p1" }) await cluster.Process(name).SaidAsync("revocation list 2 is in force");
        Assert.False(running.HasExited, $"the session ended before the old authority was retired: {running.LastError}");
        var (before, beginning) = (running.Output.Length, text.Output.Split('\n')[0].TrimEnd());
        await running.PrintedAsync(output => output.Length > Math.Max(before, beginning.Length));
        Assert.StartsWith(beginning, running.Output);
        running.Kill();
        await TokensAsync(cluster, prompt, greedy);

        // What it signed: a node, a client, a list.
        cluster.Lend("late", "p0");
        var late = cluster.StartWorker("node", "late");
        Assert.Equal(1, await late.ExitAsync());
        Assert.Contains("registration.closed", late.LastError);
        var (code, _, error) = await MimirProcess.RunAsync("generate", "--config", cluster.Configure("bob"), "--model", SharedModel.Directory, "--prompt", prompt, "--max-tokens", "1");
        Assert.NotEqual(0, code);
        Assert.Contains("coordinator", error);
        var forged = await MimirProcess.RunAsync("revoke", "p1", "--authority", old, "--list", cluster.RevocationList, "--config", cluster.Configure("alice"));
        Assert.Equal(2, forged.Code);
        Assert.Contains("revocation.signature", forged.LastError);
        await TokensAsync(cluster, prompt, greedy);
    }

    private static Task<string> PublishAsync(AttestedCluster cluster, params string[] change) =>
        cluster.RunAsync(["revoke", .. change, "--list", cluster.RevocationList, "--config", cluster.Configure("alice")]);

    private static async Task TokensAsync(AttestedCluster cluster, string prompt, int[] greedy)
    {
        var (code, output, error) = await MimirProcess.RunAsync(
            "generate", "--config", cluster.Configure("alice"), "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "3", "--json");
        Assert.True(code == 0, error);
        Assert.Contains(string.Join(",", greedy[..3]), Regex.Replace(output, @"\s", ""));
    }
}
