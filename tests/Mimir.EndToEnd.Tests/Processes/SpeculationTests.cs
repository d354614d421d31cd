using System.Text.Json;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>`--speculate`: the same tokens, in fewer steps, and only where nobody else's text is concerned.</summary>
public sealed class SpeculationTests
{
    /// <summary>A text that repeats itself: its owner guesses by repetitions, without any table.</summary>
    [Theory]
    [InlineData("--greedy")]
    [InlineData("--temperature", "1", "--seed", "5")]
    public async Task The_tokens_are_those_without(params string[] sampling)
    {
        string[] arguments = ["demo", "--model", SharedModel.Directory, "--prompt", SharedModel.Expected(0).Prompt, "--max-tokens", "6", "--json", .. sampling];
        var (plain, guessed) = (await MimirProcess.RunAsync(arguments), await MimirProcess.RunAsync([.. arguments, "--speculate", "2"]));
        Assert.True(plain.Code == 0, plain.LastError);
        Assert.True(guessed.Code == 0, guessed.LastError);
        using var one = JsonDocument.Parse(plain.Output);
        using var two = JsonDocument.Parse(guessed.Output);
        Assert.Equal(Ids(one), Ids(two));
        Assert.Equal(6, Ids(two).Length);
        // The hidden end of the prompt is verified three positions a step.
        Assert.True(Rounds(two) < Rounds(one), $"{Rounds(two)} rounds with guesses, {Rounds(one)} without");
        var leakage = two.RootElement.GetProperty("leakage").EnumerateArray().Select(e => e.GetString()!).ToArray();
        Assert.Contains(leakage, fact => fact.StartsWith("everyone: how many of the 2 guesses", StringComparison.Ordinal));
        Assert.Contains(leakage, fact => fact.StartsWith("client: beside each token up to 2 more samples", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("its own", "--segment", "alice:One", "--segment", "bob: two")]
    [InlineData("its own", "--segment", "alice:One", "--receiver", "bob")]
    [InlineData("0..15", "--speculate", "16")]
    public async Task Where_others_are_concerned_it_is_refused(string says, params string[] arguments)
    {
        var (code, output, error) = await MimirProcess.RunAsync(["demo", "--model", SharedModel.Directory, .. arguments, .. arguments.Contains("--speculate") ? Array.Empty<string>() : ["--speculate", "2"]]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(says, error);
    }

    private static int[] Ids(JsonDocument json) => [.. json.RootElement.GetProperty("token_ids").EnumerateArray().Select(i => i.GetInt32())];

    private static long Rounds(JsonDocument json) => json.RootElement.GetProperty("rounds").GetInt64();
}
