using Mimir.Cli;
using Mimir.Cli.Demo;
using Mimir.Client;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Services.Hosting;
using Mimir.Services.Nodes;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using SharedModel = Mimir.EndToEnd.Tests.Processes.SharedModel;

namespace Mimir.EndToEnd.Tests.Malicious;

/// <summary>
/// Party 1 cheats on the real wire; all other roles are processes of their own. The user sees status 3 and who noticed what at which step,
/// no token computed from the altered value comes out, and after a failed check the model must be shared again.
/// </summary>
public sealed class CheatingNodeTests
{
    private const int OpeningBytes = 512;

    [Fact]
    public Task An_altered_opening_fails_the_check() => CaughtAsync(
        "lanes", message => message.Length >= OpeningBytes ? AddOne(message) : null, 60, true, "MAC check", "step");

    [Fact]
    public Task A_message_of_a_wrong_length_is_refused() => CaughtAsync(
        "lanes", message => message.Length > OpeningBytes ? message[..^8] : null, 20, false, "party 'p1'", "were due");

    [Fact]
    public Task An_altered_sacrifice_is_refused() => CaughtAsync(
        "offline", message => message.Length >= OpeningBytes ? AddOne(message) : null, 0, true, "sacrifice", "party 'p");

    private static async Task CaughtAsync(string phase, Func<byte[], byte[]?> alter, int after, bool modelVoid, params string[] said)
    {
        var seen = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task cheating = Task.CompletedTask;
        var options = new LocalClusterOptions
        {
            Executable = MimirProcess.Executable,
            Model = SharedModel.Directory,
            ExternalParty = 1,
            StartExternalParty = (cluster, index) => cheating = NodeHost.RunAsync(
                new RoleSettings { Identity = cluster.IssueDirectory(Role.Party, $"p{index}"), Authority = cluster.AuthorityFile, Coordinator = cluster.Coordinator.ToString() },
                new RoleEnvironment(),
                (mesh, name) => name == phase ? new TamperingMesh(mesh, message => Interlocked.Increment(ref seen) > after ? alter(message) : null) : mesh,
                stop.Token),
        };
        await using (var cluster = await LocalCluster.StartAsync(options, _ => { }, stop.Token))
        {
            var tls = cluster.Issue(Role.DataOwner, "alice");
            using var client = new MimirClient(tls, cluster.Coordinator.Host, cluster.Coordinator.Port);
            var layout = ModelFolding.LayoutOf(ModelDirectory.OpenConfig(SharedModel.Directory));
            var plan = PromptPlanner.Plan(layout, [("alice", 4)], ["alice"], new GenerationOptions { MaxTokens = 4, PaddingBucket = 1 });
            var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), 2, true);
            var tokens = 0;
            var task = new ClientTask
            {
                Terms = terms,
                Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = [1, 403, 407, 261] },
                VocabularySize = layout.VocabularySize,
                OnToken = _ => tokens++,
            };
            var session = await client.CreateSessionAsync(terms, stop.Token);
            var failure = Failure.Of(await Assert.ThrowsAnyAsync<Exception>(() => client.RunAsync(session, task, stop.Token)));
            Assert.Equal(ExitCode.Misbehaviour, failure.Code);
            foreach (var part in said) Assert.Contains(part, failure.Line);
            Assert.Equal(0, tokens);

            if (modelVoid)
            {
                var refusal = await Assert.ThrowsAsync<ArgumentException>(() => client.CreateSessionAsync(terms, stop.Token));
                Assert.Contains("mimir model share", refusal.Message);
            }
            tls.Identity.Dispose();
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => cheating);
    }

    private static byte[] AddOne(byte[] message)
    {
        var packed = message.AsSpan(0, FieldPacking.Bytes(4));
        var elements = new double[4];
        Assert.True(FieldPacking.TryUnpack(packed, elements));
        elements[0] = Field.Add(elements[0], 1);
        FieldPacking.Pack(elements, packed);
        return message;
    }
}
