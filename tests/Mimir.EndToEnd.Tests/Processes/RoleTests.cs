using System.Text.RegularExpressions;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>A cluster as an operator builds it: identities, one configuration per role, one process each.</summary>
public sealed class RoleTests
{
    [Fact]
    public async Task Roles_started_by_hand_generate()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        using var folder = new TemporaryFolder();
        var authority = folder.At("authority");
        Assert.Equal(0, (await MimirProcess.RunAsync("identity", "authority", authority)).Code);
        foreach (var (role, name) in new[] { ("coordinator", "c"), ("triple-service", "t"), ("party", "p0"), ("party", "p1"), ("model-owner", "m"), ("data-owner", "alice") })
            Assert.Equal(0, (await MimirProcess.RunAsync("identity", "issue", role, name, folder.At(name), "--authority", authority)).Code);

        await using var coordinator = MimirProcess.Start("coordinator", "--config", Configure(folder, "c", null, audited: true));
        var address = await AddressAsync(coordinator);
        await using var triples = MimirProcess.Start("triples", "--config", Configure(folder, "t", address));
        await using var first = MimirProcess.Start("node", "--config", Configure(folder, "p0", address));
        await using var second = MimirProcess.Start("node", "--config", Configure(folder, "p1", address));
        var shared = await MimirProcess.RunAsync("model", "share", "--config", Configure(folder, "m", address), "--model", SharedModel.Directory);
        Assert.True(shared.Code == 0, shared.LastError);
        var (code, output, error) = await MimirProcess.RunAsync(
            "generate", "--config", Configure(folder, "alice", address), "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "3", "--json");
        Assert.True(code == 0, error);
        Assert.Contains(string.Join(",", greedy[..3]), Regex.Replace(output, @"\s", ""));

        // The same owner's next prompt that begins alike: fewer steps, the same tokens; another owner has nothing of it.
        string[] longer = ["generate", "--config", Configure(folder, "alice", address), "--model", SharedModel.Directory, "--prompt", "Once upon a time, there was a little girl named Lily. She loved to play outside in the park with her big red ball.", "--greedy", "--max-tokens", "3", "--json"];
        var (whole, keeping) = (await MimirProcess.RunAsync(longer), await MimirProcess.RunAsync([.. longer, "--prefix-cache", folder.At("kept")]));
        var again = await MimirProcess.RunAsync([.. longer, "--prefix-cache", folder.At("kept")]);
        Assert.Equal((0, 0, 0), (whole.Code, keeping.Code, again.Code));
        Assert.DoesNotContain("begins with the same", keeping.Output);
        Assert.Matches("begins with the same [1-9][0-9]* tokens as that of an earlier session of alice", again.Output);
        Assert.Equal(Tokens(whole.Output), Tokens(again.Output));
        Assert.True(Rounds(again.Output) < Rounds(whole.Output));
        Assert.Equal(0, (await MimirProcess.RunAsync("identity", "issue", "data-owner", "eve", folder.At("eve"), "--authority", authority)).Code);
        longer[2] = Configure(folder, "eve", address);
        var eve = await MimirProcess.RunAsync([.. longer, "--prefix-cache", folder.At("kept")]);
        Assert.True(eve.Code == 0, eve.LastError);
        Assert.DoesNotContain("begins with the same", eve.Output);
        Assert.Equal(Tokens(whole.Output), Tokens(eve.Output));

        // A second process with the same name, a port that is taken, an identity of another role.
        var twice = await MimirProcess.RunAsync("node", "--config", Configure(folder, "p0", address));
        Assert.Contains("registered already", twice.LastError);
        var taken = await MimirProcess.RunAsync("coordinator", "--config", Configure(folder, "c", null, address));
        Assert.Equal(2, taken.Code);
        Assert.Contains(address, taken.LastError);
        var role2 = await MimirProcess.RunAsync("node", "--config", Configure(folder, "alice", address));
        Assert.Equal(2, role2.Code);
        Assert.Contains("is the identity of a data-owner", role2.LastError);

        var audit = await MimirProcess.RunAsync("audit", "verify", folder.At("audit.log"), "--ca", Path.Combine(authority, "ca.pem"));
        Assert.True(audit.Code == 0, audit.LastError);
        var entries = (await MimirProcess.RunAsync("audit", "show", folder.At("audit.log"))).Output;
        foreach (var entry in new[] { "peer=party/p1 spki", "peer=party/p0 reason=duplicate", "creator=data-owner/alice security=active", "what=tokens to=alice", "session-ended" })
            Assert.Contains(entry, entries);
    }

    [Fact]
    public async Task A_role_without_a_coordinator_says_so()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = await MimirProcess.RunAsync("node", "--config", Configure(folder, "nobody", null));
        Assert.Equal(2, code);
        Assert.Contains("nobody", error);
    }

    private static string Tokens(string output) => Regex.Match(output, "token_ids\": \\[([^\\]]*)").Groups[1].Value;

    private static int Rounds(string output) => int.Parse(Regex.Match(output, "rounds\": ([0-9]+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    private static string Configure(TemporaryFolder folder, string name, string? coordinator, string listen = "127.0.0.1:0", bool audited = false)
    {
        var path = folder.At($"{name}.yaml");
        var text = $"tls:\n  identity: {folder.At(name)}\n  authority: {folder.At("authority")}/ca.pem\nlisten: {listen}\n";
        if (audited) text += $"audit:\n  file: {folder.At("audit.log")}\n";
        if (coordinator is not null) text += $"coordinator: {coordinator}\n";
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<string> AddressAsync(MimirProcess process)
    {
        await process.FirstError;
        return Regex.Match(process.Errors, @"listening on (\S+)").Groups[1].Value;
    }
}
