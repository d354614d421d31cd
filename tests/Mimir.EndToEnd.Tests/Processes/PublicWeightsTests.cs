using System.Text.Json;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>`mimir demo --weights public`, with and without a secret adapter, every role as a process of its own.</summary>
public sealed class PublicWeightsTests
{
    [Theory]
    [InlineData(2, "active")]
    [InlineData(3, "passive")]
    public async Task Greedy_tokens_are_the_reference_tokens(int parties, string security)
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        var (code, output, error) = await MimirProcess.RunAsync(
            "demo", "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "8", "--parties", parties.ToString(),
            "--security", security, "--weights", "public", "--json");
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(greedy[..8], json.RootElement.GetProperty("token_ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal("public", json.RootElement.GetProperty("weights").GetString());
        Assert.Contains(json.RootElement.GetProperty("leakage").EnumerateArray(), e => e.GetString() == "weights: public to all parties");
    }

    /// <summary>The prompt ends inside its bucket and the model goes on to the last token, or is stopped by its end-of-text token.</summary>
    [Fact]
    public async Task Logits_may_go_to_the_owner()
    {
        var (prompt, _, greedy) = SharedModel.Expected(0);
        string[] arguments = ["demo", "--model", SharedModel.Directory, "--prompt", prompt, "--max-tokens", "8", "--weights", "public", "--json"];
        var (code, output, error) = await MimirProcess.RunAsync([.. arguments, "--logits-to-owner", "--greedy"]);
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(greedy[..8], json.RootElement.GetProperty("token_ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Contains(json.RootElement.GetProperty("leakage").EnumerateArray(), e => e.GetString()!.StartsWith("client: the logits", StringComparison.Ordinal));
        Assert.Contains(json.RootElement.GetProperty("leakage").EnumerateArray(), e => e.GetString()!.Contains("1 to 16 tokens"));

        string[] refused = ["demo", "--model", SharedModel.Directory, "--logits-to-owner"];
        foreach (var more in (string[][])[[], ["--weights", "public", "--segment", "alice:One", "--segment", "bob: two"]])
            Assert.Equal(2, (await MimirProcess.RunAsync([.. refused, .. more])).Code);
    }

    /// <summary>Two owners after a public beginning: the tokens of the whole text, BOS once; with secret weights it is refused.</summary>
    [Fact]
    public async Task A_system_prompt_may_be_public()
    {
        string[] arguments = ["demo", "--model", SharedModel.Directory, "--system-public", "Once upon a time", "--segment", "alice: there was", "--segment", "bob: a cat", "--greedy", "--max-tokens", "6", "--json"];
        var (code, output, error) = await MimirProcess.RunAsync([.. arguments, "--weights", "public"]);
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output);
        using var model = ModelDirectory.Open(SharedModel.Directory);
        int[] prompt = [.. json.RootElement.GetProperty("prompt_ids").EnumerateArray().Select(i => i.GetInt32())];
        Assert.Equal(1, prompt.Count(id => id == model.Tokenizer.BosId));
        Assert.Equal(model.Tokenizer.Encode("Once upon a time"), prompt[..model.Tokenizer.Encode("Once upon a time").Count]);
        Assert.Equal(ReferenceModel.Generate(model.Weights, prompt, 6, ReferenceModel.Greedy).Tokens, json.RootElement.GetProperty("token_ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Contains(json.RootElement.GetProperty("leakage").EnumerateArray(), e => e.GetString()!.EndsWith("word for word", StringComparison.Ordinal));
        Assert.Equal(2, (await MimirProcess.RunAsync(arguments)).Code);
    }

    [Theory]
    [InlineData("public")]
    [InlineData("secret")]
    public async Task An_adapter_gives_the_tokens_of_the_combined_model(string weights)
    {
        var (prompt, promptIds, greedy) = SharedModel.Expected(0);
        var lora = Directory.CreateTempSubdirectory("mimir-test-");
        try
        {
            int[] expected;
            using (var model = ModelDirectory.Open(SharedModel.Directory))
            {
                var c = model.Config;
                var modules = RandomAdapter.Llama(c.Layers, c.HiddenSize, c.Heads * c.HeadSize, c.KeyValueHeads * c.HeadSize, c.IntermediateSize);
                new RandomAdapter(modules, ["q_proj", "v_proj", "o_proj", "down_proj"], 4, 8, false, 5, 0.2).Save(lora.FullName);
                var adapted = new WeightTerms(false, lora.FullName).Open(model);
                expected = [.. ReferenceModel.Generate(adapted, promptIds, 6, ReferenceModel.Greedy).Tokens];
            }
            Assert.NotEqual(greedy[..6], expected);
            var (code, output, error) = await MimirProcess.RunAsync(
                "demo", "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--max-tokens", "6", "--weights", weights,
                "--adapter", lora.FullName, "--json");
            Assert.True(code == 0, error);
            using var json = JsonDocument.Parse(output);
            Assert.Equal(expected, json.RootElement.GetProperty("token_ids").EnumerateArray().Select(i => i.GetInt32()));
            Assert.Equal(weights, json.RootElement.GetProperty("weights").GetString());
            Assert.Equal(weights == "public", json.RootElement.GetProperty("leakage").EnumerateArray().Any(e => e.GetString()!.Contains("adapter")));
        }
        finally
        {
            lora.Delete(recursive: true);
        }
    }
}
