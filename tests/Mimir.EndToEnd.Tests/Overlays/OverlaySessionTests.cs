using System.Text.Json;
using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Overlays;

/// <summary>A whole session over the overlay, in which every machine changes its WireGuard key; then one is thrown out. Needs root, ip and wireguard-go; skipped elsewhere.</summary>
public sealed class OverlaySessionTests
{
    /// <summary>How long the session is to go on, by the speed that was measured just before: time enough for all machines to change their keys.</summary>
    private const double Seconds = 20;

    [Fact]
    public async Task A_session_goes_on_while_every_member_changes_its_key_and_a_revoked_member_is_cut_off()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        await using var cluster = await OverlayCluster.StartAsync();
        var sharing = cluster.Client("m", "model", "share", "--model", SharedModel.Directory);
        Assert.True(await sharing.ExitAsync() == 0, sharing.LastError);
        var (first, tokensPerSecond) = await EndAsync(Generate(cluster, prompt, 8));
        Assert.Equal(greedy[..8], first);

        var running = Generate(cluster, prompt, (int)Math.Clamp(Seconds * tokensPerSecond, 60, 400));
        await OverlayCluster.UntilSaidAsync(running, "there was");
        await cluster.RotateAllAsync();
        Assert.False(running.HasExited, "the session ended before all keys were changed");
        var (tokens, _) = await EndAsync(running);
        var compared = Math.Min(tokens.Length, greedy.Length);
        Assert.Equal(greedy[..compared], tokens[..compared]);

        await cluster.RevokeAsync("p1");
    }

    private static MimirProcess Generate(OverlayCluster cluster, string prompt, int tokens) =>
        cluster.Client("alice", "generate", "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", $"{tokens}", "--json");

    private static async Task<(int[] Tokens, double TokensPerSecond)> EndAsync(MimirProcess generating)
    {
        Assert.True(await generating.ExitAsync() == 0, generating.Errors);
        using var json = JsonDocument.Parse(generating.Output);
        return ([.. json.RootElement.GetProperty("token_ids").EnumerateArray().Select(t => t.GetInt32())], json.RootElement.GetProperty("tokens_per_second").GetDouble());
    }
}
