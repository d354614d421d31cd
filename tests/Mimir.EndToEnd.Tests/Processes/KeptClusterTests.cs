using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>`mimir up` and what belongs to it: a cluster that stays, is found, is used, and goes without a trace.</summary>
public sealed class KeptClusterTests
{
    [Fact]
    public async Task A_detached_cluster_is_found_used_and_ended_without_a_trace()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        using var folder = new TemporaryFolder();
        var up = await MimirProcess.RunAtAsync(folder.Path, "up", "--detach", "--port", "0", "--model", SharedModel.Directory);
        Assert.Equal((0, true), (up.Code, up.Output.Contains("http://127.0.0.1:", StringComparison.Ordinal)));
        try
        {
            var state = Path.Combine(folder.Path, "mimir");
            var cluster = await StatusAsync(folder.Path);
            Assert.Empty(Directory.EnumerateDirectories(Path.Combine(state, "keys")));

            var again = await MimirProcess.RunAtAsync(folder.Path, "up", "--detach", "--model", SharedModel.Directory);
            Assert.Equal((0, "a cluster is up already"), (again.Code, again.LastError));
            Assert.Contains(cluster.GetProperty("gateway").GetString()!, again.Output, StringComparison.Ordinal);

            var answer = await MimirProcess.RunAtAsync(folder.Path, "run", SharedModel.Directory, prompt, "--greedy", "--max-tokens", "5", "--json");
            Assert.Equal(greedy[..5], JsonDocument.Parse(answer.Output).RootElement.GetProperty("token_ids").EnumerateArray().Select(t => t.GetInt32()));
            Assert.DoesNotContain("starting", answer.LastError, StringComparison.Ordinal);

            using var web = new HttpClient();
            Assert.Contains("stories260K", await web.GetStringAsync(cluster.GetProperty("gateway").GetString() + "/v1/models", TestContext.Current.CancellationToken), StringComparison.Ordinal);

            var ps = JsonDocument.Parse((await MimirProcess.RunAtAsync(folder.Path, "ps", "--json")).Output).RootElement.EnumerateArray().ToArray();
            Assert.Equal(["keeper", "coordinator", "triples", "node", "node", "gateway"], ps.Select(p => p.GetProperty("role").GetString()));
            Assert.All(ps, p => Assert.True(p.GetProperty("memory_bytes").GetInt64() > 0));

            var logs = await MimirProcess.RunAtAsync(folder.Path, "logs", "p1");
            Assert.Contains("is loaded for 2 parties", logs.Output, StringComparison.Ordinal);
            Assert.Equal((2, true), ((await MimirProcess.RunAtAsync(folder.Path, "logs", "p7")) is var wrong ? wrong.Code : 0, wrong.LastError.Contains("p0, p1, triples", StringComparison.Ordinal)));

            var down = await MimirProcess.RunAtAsync(folder.Path, "down");
            Assert.Equal(0, down.Code);
            Assert.StartsWith("ended: stories260K", down.Output, StringComparison.Ordinal);
            Assert.Equal(["lock"], Directory.EnumerateFileSystemEntries(state).Select(Path.GetFileName));
            Assert.All(ps, p => Assert.False(Runs(p.GetProperty("process").GetInt32())));
        }
        finally
        {
            await MimirProcess.RunAtAsync(folder.Path, "down");
        }
    }

    [Fact]
    public async Task A_killed_keeper_takes_everything_along_and_what_it_left_is_known_for_what_it_is()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await MimirProcess.RunAtAsync(folder.Path, "up", "-d", "--port", "0", "--model", SharedModel.Directory)).Code);
        var cluster = await StatusAsync(folder.Path);
        int[] children = [.. cluster.GetProperty("processes").EnumerateArray().Select(p => p.GetProperty("id").GetInt32())];
        Process[] watched = [.. children.Select(Process.GetProcessById)];
        using (var keeper = Process.GetProcessById(cluster.GetProperty("keeper").GetInt32())) keeper.Kill(entireProcessTree: false);
        foreach (var child in watched) await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        var status = await MimirProcess.RunAtAsync(folder.Path, "status");
        Assert.Equal(4, status.Code);
        Assert.Contains("ended by itself: it broke off without a word", status.LastError, StringComparison.Ordinal);
        Assert.Equal(4, (await MimirProcess.RunAtAsync(folder.Path, "chat")).Code);

        await using var next = MimirProcess.StartAt(folder.Path, "up", "--port", "0", "--model", SharedModel.Directory);
        await next.SaidAsync("removed what an earlier cluster had left behind");
        await next.PrintedAsync(text => text.Contains("coordinator", StringComparison.Ordinal));
        await next.TerminateAsync();
        Assert.Equal(0, await next.ExitAsync());
        Assert.Equal("no cluster is up\n", (await MimirProcess.RunAtAsync(folder.Path, "down")).Output);
    }

    [Fact]
    public async Task A_lost_party_ends_the_cluster_and_status_says_why()
    {
        using var folder = new TemporaryFolder();
        await using var up = MimirProcess.StartAt(folder.Path, "up", "--port", "0", "--model", SharedModel.Directory);
        await up.PrintedAsync(text => text.Contains("coordinator", StringComparison.Ordinal));
        var cluster = await StatusAsync(folder.Path);
        var p1 = cluster.GetProperty("processes").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "p1").GetProperty("id").GetInt32();
        using (var party = Process.GetProcessById(p1)) party.Kill();
        Assert.Equal(4, await up.ExitAsync());
        var status = await MimirProcess.RunAtAsync(folder.Path, "status");
        Assert.Equal(4, status.Code);
        Assert.Contains("node 'p1' was lost", status.LastError, StringComparison.Ordinal);
        Assert.Contains("ended: node 'p1'", (await MimirProcess.RunAtAsync(folder.Path, "logs", "up")).Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "mimir", "client")));
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_nothing_is_started()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var up = await MimirProcess.RunAtAsync(folder.Path, "up", "--detach", "--port", $"{port}", "--model", SharedModel.Directory);
        Assert.Equal(2, up.Code);
        Assert.StartsWith($"mimir: port {port} of 127.0.0.1 cannot be used", up.LastError, StringComparison.Ordinal);
        Assert.Equal(4, (await MimirProcess.RunAtAsync(folder.Path, "logs")).Code);
    }

    [Fact]
    public async Task A_chat_goes_on_from_what_was_said_and_an_interrupt_ends_only_the_answer()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await MimirProcess.RunAtAsync(folder.Path, "up", "-d", "--port", "0", "--model", SharedModel.Directory)).Code);
        try
        {
            await using var chat = MimirProcess.StartAt(folder.Path, "chat", "--greedy", "--max-tokens", "60");
            await chat.PrintedAsync(text => text.Contains("/help", StringComparison.Ordinal));
            var banner = chat.Output.Length;
            await chat.TypeAsync("Tell me of a little girl who went to the forest");
            await chat.PrintedAsync(text => text.Length > banner);
            await chat.InterruptAsync();
            await chat.PrintedAsync(text => text.Contains("[stopped", StringComparison.Ordinal));
            Assert.False(chat.HasExited);
            await chat.TypeAsync("Once upon a time there was");
            await chat.PrintedAsync(text => text.Contains("a second", StringComparison.Ordinal));
            await chat.TypeAsync("And then?");
            await chat.PrintedAsync(text => text.Contains("positions as before", StringComparison.Ordinal));
            await chat.TypeAsync("/exit");
            Assert.Equal(0, await chat.ExitAsync());
        }
        finally
        {
            await MimirProcess.RunAtAsync(folder.Path, "down");
        }
    }

    private static async Task<JsonElement> StatusAsync(string folder)
    {
        var status = await MimirProcess.RunAtAsync(folder, "status", "--json");
        Assert.Equal(0, status.Code);
        return JsonDocument.Parse(status.Output).RootElement.GetProperty("cluster");
    }

    private static bool Runs(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
