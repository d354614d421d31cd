using System.Collections.Concurrent;
using Mimir.Client;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;
using Mimir.Services.Attesting;
using Mimir.Services.Coordination;
using Mimir.Services.Hosting;
using Mimir.Services.ModelOwners;
using Mimir.Services.Nodes;
using Mimir.Services.Triples;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.EndToEnd.Tests.Joining;

/// <summary>Certificates of a few seconds: all workers show fresh evidence while a session runs, and the next session runs on the model that was shared before.</summary>
public sealed class RenewalTests
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _renewed = [];

    [Fact]
    public async Task Certificates_are_renewed_while_sessions_run()
    {
        var (_, prompt, greedy) = SharedModel.Expected(0);
        await using var cluster = await AttestedCluster.PrepareAsync("p0", "p1");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var listening = new TaskCompletionSource<HostAddress>();
        var validity = TimeSpan.FromSeconds(12);
        List<Task> roles =
        [
            CoordinatorHost.RunAsync(
                new CoordinatorSettings
                {
                    Identity = cluster.At("c"),
                    Authority = Root(cluster),
                    Attestation = new AttestationSettings { Policy = cluster.Policy, Authority = cluster.Authority, Validity = validity },
                },
                new RoleEnvironment { Listening = listening.SetResult }, stop.Token),
        ];
        var address = (await listening.Task).ToString();
        roles.Add(TripleServiceHost.RunAsync(
            new TripleServiceSettings { Identity = cluster.At("t"), Authority = Root(cluster), Coordinator = address, Attestation = Tpm(cluster, "t") }, Watching("t"), stop.Token));
        foreach (var name in new[] { "p0", "p1" })
            roles.Add(NodeHost.RunAsync(
                new RoleSettings { Identity = cluster.At(name), Authority = Root(cluster), Coordinator = address, Attestation = Tpm(cluster, name) }, Watching(name), stop.Token));
        var owner = new AttestationSettings { Policy = cluster.Policy };
        await ModelShare.RunAsync(
            new ModelShareSettings { Identity = cluster.At("m"), Authority = Root(cluster), Coordinator = address, Model = SharedModel.Directory, Attestation = owner }, new RoleEnvironment(), stop.Token);

        var tls = new RoleSettings { Identity = cluster.At("alice"), Authority = Root(cluster), Attestation = owner }.OpenTls(Role.DataOwner);
        var at = HostAddress.Parse(address);
        using var client = new MimirClient(tls, at.Host, at.Port);
        var running = GenerateAsync(client, prompt, 300, stop.Token);
        await Task.WhenAll(new[] { "t", "p0", "p1" }.Select(n => _renewed.GetOrAdd(n, _ => new()).Task.WaitAsync(TimeSpan.FromMinutes(1))));
        Assert.Equal(greedy[..20], (await running)[..20]);
        Assert.Equal(greedy[..3], await GenerateAsync(client, prompt, 3, stop.Token));
        await stop.CancelAsync();
        await Task.WhenAll(roles).ContinueWith(_ => { }, TaskScheduler.Default);
        tls.Identity.Dispose();
        tls.Anchors.Dispose();
    }

    private static string Root(AttestedCluster cluster) => Path.Combine(cluster.Authority, "ca.pem");

    private static AttestationSettings Tpm(AttestedCluster cluster, string name) => new() { Policy = cluster.Policy, Producer = ProducerKind.Tpm, Tpm = cluster.Tpm(name).Address };

    private RoleEnvironment Watching(string name) => new()
    {
        Log = line =>
        {
            if (line.Contains("showed fresh evidence")) _renewed.GetOrAdd(name, _ => new()).TrySetResult();
        },
    };

    private static async Task<int[]> GenerateAsync(MimirClient client, int[] prompt, int tokens, CancellationToken cancellation)
    {
        var layout = ModelFolding.LayoutOf(ModelDirectory.OpenConfig(SharedModel.Directory));
        var plan = PromptPlanner.Plan(layout, [("alice", prompt.Length)], ["alice"], new GenerationOptions { MaxTokens = tokens, PaddingBucket = 1 });
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), 2, true);
        var session = await client.CreateSessionAsync(terms, cancellation);
        var result = await client.RunAsync(session, new ClientTask
        {
            Terms = terms,
            Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = prompt },
            VocabularySize = layout.VocabularySize,
        }, cancellation);
        return [.. result.Tokens];
    }
}
