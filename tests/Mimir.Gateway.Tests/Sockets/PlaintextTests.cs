using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using Mimir.Client.Text;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Gateway.Tests.Clusters;
using Mimir.Models.Files;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Gateway.Tests.Sockets;

/// <summary>
/// What leaves the gateway's process: a real one, as a user starts it. All its connections are listed, and the only one out of the machine's HTTP is
/// read inside its TLS.
/// </summary>
public sealed class PlaintextTests(GatewayCluster cluster)
{
    private const string Prompt = "Confidential diagnosis: Margaret Threlkeld suffers from amyloidosis";

    [Fact]
    public void The_search_finds_what_is_there()
    {
        var tokens = new[] { 5, 300, 17, 401, 9 };
        foreach (var leak in (byte[][])[Encoding.UTF8.GetBytes("xx Threlkeld"), Encoding.Unicode.GetBytes("amyloidosis"), [0, 5, 0, 44, 1, 17, 0, 145, 1], [.. new byte[3], 44, 1, 0, 0, 17, 0, 0, 0, 145, 1, 0, 0, 9, 0, 0, 0], [5, 0xAC, 2, 17, 0x91, 3]])
            Assert.NotEmpty(Traces.Of(leak, Prompt, tokens));
        Assert.Empty(Traces.Of(Encoding.UTF8.GetBytes("nothing of it"), Prompt, tokens));
    }

    [Fact]
    public async Task Neither_prompt_nor_answer_leaves_the_process_but_over_its_own_http()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("connections are listed from /proc");
        var identity = cluster.Cluster.IssueDirectory(Role.DataOwner, "carol");
        using var folder = new TemporaryFolder();
        using var owner = Identity.Load(identity);
        using var coordinator = cluster.Cluster.Issue(Role.Coordinator, "relay").Identity;
        await using var relay = new CapturingRelay(coordinator, owner, cluster.Cluster.Coordinator.Host, cluster.Cluster.Coordinator.Port);
        await File.WriteAllTextAsync(folder.At("mimir.yaml"), $"""
            tls:
              identity: {identity}
              authority: {cluster.Cluster.AuthorityFile}
            coordinator: 127.0.0.1:{relay.Port}
            gateway:
              listen: 127.0.0.1:0
              models: {GatewayCluster.Model}
            """, TestContext.Current.CancellationToken);
        await using var process = MimirProcess.Start("gateway", "--config", folder.At("mimir.yaml"));
        await process.SaidAsync("give http");
        var port = int.Parse(Regex.Match(process.Errors, @"listening on 127\.0\.0\.1:(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromMinutes(2) };
        var (status, body) = await client.PostAsync("v1/completions", $$"""{"model":"stories260K","prompt":"{{Prompt}}","max_tokens":8,"temperature":0}""");
        Assert.True(status == HttpStatusCode.OK, body + process.Errors);
        var answer = body.Text("choices", "0", "text");

        Assert.Empty(Others(process.ProcessId, port, relay.Port));
        var tokenizer = ModelDirectory.OpenTokenizer(GatewayCluster.Model);
        var captured = relay.Captured;
        Assert.Empty(Traces.Of(captured, Prompt, PromptText.Encode(tokenizer, Prompt, first: true)));
        Assert.Empty(Traces.Of(captured, answer, PromptText.Encode(tokenizer, answer, first: false)));
        // The relay does see what is public: it reads inside TLS, and both directions.
        Assert.True(captured.AsSpan().IndexOf("carol"u8) >= 0);
        Assert.True(captured.AsSpan().IndexOf(Convert.FromHexString(body.Text("mimir", "session"))) >= 0);
        // Neither is anything of it in the log.
        Assert.Empty(Traces.Of(Encoding.UTF8.GetBytes(process.Errors + process.Output), Prompt + answer, []));
    }

    /// <summary>The same relay and the same search, and a client that sends its prompt as it is.</summary>
    [Fact]
    public async Task A_client_that_masks_and_seals_nothing_is_found_out()
    {
        _ = GatewayCluster.Model;
        using var owner = cluster.Cluster.Issue(Role.DataOwner, "careless").Identity;
        using var coordinator = cluster.Cluster.Issue(Role.Coordinator, "relay").Identity;
        await using var relay = new CapturingRelay(coordinator, owner, cluster.Cluster.Coordinator.Host, cluster.Cluster.Coordinator.Port);
        using var channel = PeerChannel.Create(new TlsSettings { Identity = owner, Anchors = cluster.Cluster.Anchors }, "127.0.0.1", relay.Port, Role.Coordinator);
        var tokens = PromptText.Encode(ModelDirectory.OpenTokenizer(GatewayCluster.Model), Prompt, first: true);
        foreach (var careless in (byte[][])[[.. tokens.SelectMany(t => BitConverter.GetBytes((long)t))], Encoding.UTF8.GetBytes(Prompt)])
        {
            var batch = new SealedBatch { Session = SessionId.New().ToByteString() };
            batch.Envelopes.Add(new SealedEnvelope { Session = batch.Session, Purpose = SealPurpose.Input, Sealed = ByteString.CopyFrom(careless) });
            var before = relay.Captured.Length;
            await Assert.ThrowsAsync<RpcException>(async () => await new Coordinator.CoordinatorClient(channel.Invoker).SubmitPromptAsync(batch));
            Assert.NotEmpty(Traces.Of(relay.Captured[before..], Prompt, tokens));
        }
    }

    /// <summary>Connections of a process that are neither its HTTP nor to the relay.</summary>
    private static List<string> Others(int process, int http, int relay)
    {
        var sockets = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(f => new FileInfo(f).LinkTarget ?? "")
            .Where(t => t.StartsWith("socket:[", StringComparison.Ordinal)).Select(t => t[8..^1]).ToHashSet();
        var found = new List<string>();
        var connections = 0;
        foreach (var table in (string[])["tcp", "tcp6", "udp", "udp6"])
            foreach (var line in File.ReadLines($"/proc/{process}/net/{table}").Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(l => sockets.Contains(l[9])))
            {
                connections++;
                var (local, remote) = (Port(line[1]), Port(line[2]));
                if (table.StartsWith("tcp", StringComparison.Ordinal) && (local == http || remote == relay)) continue;
                found.Add($"{table} {line[1]} {line[2]}");
            }
        return connections >= 2 ? found : ["no connection was found at all"];
    }

    private static int Port(string endpoint) => int.Parse(endpoint.AsSpan(endpoint.IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
