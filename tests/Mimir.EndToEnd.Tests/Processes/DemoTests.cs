using System.Text.Json;
using Mimir.Models.Files;
using Mimir.Models.Reference;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>`mimir demo` with every role as a process of its own.</summary>
public sealed class DemoTests
{
    private static readonly string[] Keys =
    [
        "text", "prompt_ids", "token_ids", "tokens_per_second", "online_seconds", "offline_seconds", "rounds", "bytes_sent_per_party",
        "bytes_dealt", "mac_checks", "security", "weights", "parties", "leakage",
    ];

    [Theory]
    [InlineData(2, "active")]
    [InlineData(3, "active")]
    [InlineData(2, "passive")]
    public async Task Greedy_tokens_are_the_reference_tokens(int parties, string security)
    {
        var (prompt, promptIds, greedy) = SharedModel.Expected(0);
        var (code, output, error) = await MimirProcess.RunAsync(
            "demo", "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "8", "--parties", parties.ToString(),
            "--security", security, "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(Keys, json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(promptIds, Ids(json, "prompt_ids"));
        Assert.Equal(greedy[..8], Ids(json, "token_ids"));
        Assert.Equal(parties, json.RootElement.GetProperty("parties").GetInt32());
        Assert.Equal(security, json.RootElement.GetProperty("security").GetString());
        Assert.Equal("secret", json.RootElement.GetProperty("weights").GetString());
        Assert.True(json.RootElement.GetProperty("bytes_dealt").GetInt64() > 0);
        Assert.True(json.RootElement.GetProperty("rounds").GetInt64() > 0);
        if (security == "active") Assert.True(json.RootElement.GetProperty("mac_checks").GetInt64() >= 8);
        // The prompt's five tokens are hidden in a bucket of sixteen.
        Assert.Contains(json.RootElement.GetProperty("leakage").EnumerateArray(), e => e.GetString()!.Contains("1 to 16 tokens"));
    }

    [Fact]
    public async Task Two_owners_make_one_prompt_and_the_receiver_gets_the_tokens()
    {
        var (code, output, error) = await MimirProcess.RunAsync(
            "demo", "--model", SharedModel.Directory, "--segment", "alice:Once upon", "--segment", "bob: a time", "--receiver", "carol",
            "--greedy", "--max-tokens", "4", "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        using var model = ModelDirectory.Open(SharedModel.Directory);
        var prompt = Ids(json, "prompt_ids");
        Assert.Equal(1, prompt.Count(id => id == model.Tokenizer.BosId));
        Assert.Equal(ReferenceModel.Generate(model.Weights, prompt, 4, ReferenceModel.Greedy).Tokens, Ids(json, "token_ids"));
        var leakage = string.Join('\n', json.RootElement.GetProperty("leakage").EnumerateArray().Select(e => e.GetString()));
        Assert.Contains("segment of alice has exactly", leakage);
        Assert.Contains("segment of bob has 1 to 16 tokens", leakage);
        Assert.Contains("receivers (carol)", leakage);
    }

    [Fact]
    public async Task A_seed_repeats_a_sampled_run()
    {
        string[] arguments = ["demo", "--model", SharedModel.Directory, "--prompt", "Lily", "--temperature", "1.5", "--seed", "7", "--max-tokens", "4", "--json"];
        var first = await MimirProcess.RunAsync(arguments);
        var second = await MimirProcess.RunAsync(arguments);
        Assert.True(first.Code == 0, first.LastError);
        using var one = JsonDocument.Parse(first.Output);
        using var two = JsonDocument.Parse(second.Output);
        Assert.Equal(Ids(one, "token_ids"), Ids(two, "token_ids"));
    }

    private static int[] Ids(JsonDocument json, string name) => [.. json.RootElement.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
}
