using System.Text.RegularExpressions;
using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Joining;

/// <summary>Three nodes with real TPM quotes; one is thrown out in the middle of a session.</summary>
public sealed class RevocationInSessionTests
{
    [Fact]
    public async Task A_node_is_revoked_in_mid_session_and_the_others_go_on_without_it()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        await using var cluster = await AttestedCluster.PrepareAsync("p0", "p1", "p2");
        await cluster.StartAsync("p0", "p1");
        var third = cluster.StartWorker("node", "p2");
        await cluster.ShareAsync(3);
        var running = cluster.Generate(prompt, 3, 400);
        await running.FirstText;

        var revoked = await cluster.RunAsync(
            "revoke", "p2", "--reason", "its key was found on a disk", "--authority", cluster.Authority, "--list", cluster.RevocationList, "--config", cluster.Configure("alice"));
        Assert.Contains("revocation list 1", revoked);
        Assert.Equal(4, await running.ExitAsync());
        Assert.Contains("party 'p2' was revoked (list 1): its key was found on a disk", running.LastError);
        Assert.Equal(4, await third.ExitAsync());
        Assert.Contains("coordinator", third.LastError);

        // It cannot come back, whatever it shows.
        var again = cluster.StartWorker("node", "p2");
        Assert.Equal(1, await again.ExitAsync());
        Assert.Contains("registration.closed", again.LastError);

        await cluster.ShareAsync(2);
        var (code, output, error) = await MimirProcess.RunAsync(
            "generate", "--config", cluster.Configure("alice"), "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "3", "--json");
        Assert.True(code == 0, error);
        var text = Regex.Replace(output, @"\s", "");
        Assert.Contains(string.Join(",", greedy[..3]), text);
        Assert.Contains("attestationevidence", text);

        // An older list does not come back into force.
        File.Delete(cluster.RevocationList);
        var stale = await MimirProcess.RunAsync(
            "revoke", "p7", "--authority", cluster.Authority, "--list", cluster.RevocationList, "--config", cluster.Configure("alice"));
        Assert.Equal(2, stale.Code);
        Assert.Contains("revocation.forked", stale.LastError);
    }
}
