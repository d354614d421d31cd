using Mimir.Cli.Demo;
using Mimir.Client;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Registration;

namespace Mimir.EndToEnd.Tests.Joining;

/// <summary>A cluster that demands no evidence, and a client that does: the client checks for itself and sends nothing.</summary>
public sealed class ClientDemandsTests
{
    [Fact]
    public async Task A_client_with_a_policy_sends_nothing_to_parties_without_evidence()
    {
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { Executable = MimirProcess.Executable, Model = SharedModel.Directory }, _ => { }, TestContext.Current.CancellationToken);
        var plain = cluster.Issue(Role.DataOwner, "alice");
        using var identity = plain.Identity;
        using var anchors = new TrustAnchors(TrustAnchors.LoadCertificates(cluster.AuthorityFile)) { Attestation = new AttestationRule(AcceptedKinds.Production, [], (_, _) => [], _ => []) };
        using var client = new MimirClient(plain with { Anchors = anchors }, cluster.Coordinator.Host, cluster.Coordinator.Port);
        var layout = ModelFolding.LayoutOf(ModelDirectory.OpenConfig(SharedModel.Directory));
        var plan = PromptPlanner.Plan(layout, [("alice", 4)], ["alice"], new GenerationOptions { MaxTokens = 4, PaddingBucket = 1 });
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), 2, true);
        var session = await client.CreateSessionAsync(terms, TestContext.Current.CancellationToken);
        var tokens = 0;
        var task = new ClientTask
        {
            Terms = terms,
            Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = [1, 403, 407, 261] },
            VocabularySize = layout.VocabularySize,
            OnToken = _ => tokens++,
        };
        var refused = await Assert.ThrowsAsync<UntrustedPeerException>(() => client.RunAsync(session, task, TestContext.Current.CancellationToken));
        Assert.Contains("shows no evidence", refused.Message);
        Assert.Equal(0, tokens);
    }
}
