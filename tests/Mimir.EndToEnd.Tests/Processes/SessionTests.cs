using Mimir.Cli.Demo;
using Mimir.Client;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>Several sessions on one shared model: ended early, one after the other, side by side.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task A_model_serves_many_sessions_and_an_end_token_stops_one_early()
    {
        var (_, prompt, greedy) = SharedModel.Expected(0);
        var layout = ModelFolding.LayoutOf(ModelDirectory.OpenConfig(SharedModel.Directory));
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { Executable = MimirProcess.Executable, Model = SharedModel.Directory }, _ => { }, TestContext.Current.CancellationToken);
        var alice = cluster.Issue(Role.DataOwner, "alice");
        var bob = cluster.Issue(Role.DataOwner, "bob");

        // Token 4 of the reference counts as the end here: three tokens, and nobody works for the other 37.
        var (stopped, metrics) = await GenerateAsync(cluster, alice, layout, prompt, 40, [greedy[3]]);
        Assert.Equal(greedy[..3], stopped);
        Assert.All(metrics.Where(m => m.Peer.Role == PeerRole.Party), m => Assert.InRange((int)m.Steps, prompt.Length + 3, prompt.Length + 12));
        Assert.Equal(2, metrics.Count(m => m.Peer.Role == PeerRole.Party && m.Tokens > 0 && m.PeakMemoryBytes > 0));
        Assert.Single(metrics, m => m.Peer.Role == PeerRole.TripleService && m.BytesDealt > 0);

        // The same with a bucket of 16: everybody works on to its end, and no token more comes out.
        var (hidden, working) = await GenerateAsync(cluster, alice, layout, prompt, 40, [greedy[3]], stopBucket: 16);
        Assert.Equal(greedy[..3], hidden);
        Assert.All(working.Where(m => m.Peer.Role == PeerRole.Party), m => Assert.InRange((int)m.Steps, prompt.Length + 15, prompt.Length + 24));

        var both = await Task.WhenAll(
            GenerateAsync(cluster, alice, layout, prompt, 4, []), GenerateAsync(cluster, bob, layout, SharedModel.Expected(1).PromptIds, 4, []));
        Assert.Equal(greedy[..4], both[0].Tokens);
        Assert.Equal(SharedModel.Expected(1).GreedyIds[..4], both[1].Tokens);
        alice.Identity.Dispose();
        bob.Identity.Dispose();
    }

    private static async Task<(IReadOnlyList<int> Tokens, IReadOnlyList<RoleMetrics> Metrics)> GenerateAsync(
        LocalCluster cluster, TlsSettings owner, ModelLayout layout, int[] prompt, int maxTokens, int[] endTokens, int stopBucket = 1)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = new MimirClient(owner, cluster.Coordinator.Host, cluster.Coordinator.Port);
        var options = new GenerationOptions { MaxTokens = maxTokens, PaddingBucket = 1 };
        SessionPlan plan = PromptPlanner.Plan(layout, [(owner.Identity.Name, prompt.Length)], [owner.Identity.Name], options);
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), 2, true);
        var session = await client.CreateSessionAsync(terms, cancellation);
        var result = await client.RunAsync(session, new ClientTask
        {
            Terms = terms,
            Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = prompt },
            VocabularySize = layout.VocabularySize,
            EndTokens = endTokens,
            StopBucket = stopBucket,
        }, cancellation);
        return (result.Tokens, await client.MetricsAsync(session, cancellation));
    }
}
