using Mimir.Models.Reference;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;
using Mimir.Spdz.Diagnostics;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Every architecture under encryption against its float reference: greedy tokens and logits; windows shorter than the text.</summary>
public sealed class ArchitectureTests
{
    private const int Prompt = 6, Tokens = 6;

    /// <summary>Of the largest logit: half of what docs/accuracy.md allows the logits of a trained model, whose largest are about 20.</summary>
    private const double Tolerance = 2.5e-4;

    public static TheoryData<string> Names => [.. GoldenModel.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Tokens_and_logits_are_the_references(string name)
    {
        using var model = GoldenModel.Open(name);
        await CompareAsync(name, model.Weighted, model.Tokens[..Prompt], 2, true);
    }

    [Theory]
    [InlineData("qwen3", 3, true)]
    [InlineData("gemma2", 3, true)]
    [InlineData("gemma3", 3, false)]
    [InlineData("gpt_neox_parallel", 3, true)]
    [InlineData("phi3", 2, false)]
    public async Task With_other_parties_and_security(string name, int parties, bool active)
    {
        using var model = GoldenModel.Open(name);
        await CompareAsync(name, model.Weighted, model.Tokens[..Prompt], parties, active);
    }

    /// <summary>Positions whose token may be prompt or generated count for the window like all others.</summary>
    [Theory]
    [InlineData("mistral", 6)]
    [InlineData("mistral", 4)]
    [InlineData("gemma3", 5)]
    public async Task A_window_over_uncertain_positions(string name, int length)
    {
        using var model = GoldenModel.Open(name);
        var prompt = model.Tokens[..length];
        var group = Group(model.Weighted, Plans.Single(Prompt, Tokens, uncertain: 3), prompt);
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Greedy(model.Weighted, prompt, Tokens), group.Clients.Tokens["alice"].Take(Tokens));
    }

    /// <summary>With guesses rows are not positions: rows outside the window, among them the first ones, are dropped as those of wrong guesses are.</summary>
    [Theory]
    [InlineData("mistral", 2)]
    [InlineData("gemma2", 1)]
    [InlineData("phi3", 3)]
    public async Task A_window_with_guesses(string name, int guesses)
    {
        using var model = GoldenModel.Open(name);
        var prompt = model.Tokens[..Prompt];
        var expected = Greedy(model.Weighted, prompt, 9);
        foreach (var wrong in (Func<int, bool>[])[_ => false, _ => true, at => at % 3 == 0])
        {
            var group = Group(model.Weighted, Plans.Single(Prompt, 9) with { Speculate = guesses }, prompt, new ScriptedDrafter([.. prompt, .. expected], wrong, model.Config.VocabularySize));
            await group.RunAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected, group.Clients.Tokens["alice"]);
        }
    }

    /// <summary>Public weights, and a beginning that all parties compute in integers: normalised heads, gains behind, caps, windows, parts of heads.</summary>
    [Theory]
    [InlineData("qwen3")]
    [InlineData("gemma2")]
    [InlineData("gemma3")]
    [InlineData("gpt_neox_parallel")]
    [InlineData("phi3_longrope")]
    public async Task Public_weights_and_a_public_beginning(string name)
    {
        using var golden = GoldenModel.Open(name);
        var model = new PublicWeights(golden.Weighted);
        var (beginning, prompt) = (golden.Tokens[..7], golden.Tokens[7..10]);
        var group = Group(model, Plans.Single(3, 4) with { PublicTokens = beginning, LogitsToOwner = true }, prompt);
        await group.RunAsync(TestContext.Current.CancellationToken);
        var expected = ReferenceModel.Generate(new RoundedWeights(model, 16), golden.Tokens[..10], 4, ReferenceModel.Greedy);
        Assert.Equal(expected.Tokens, group.Clients.Tokens["alice"]);
        var largest = expected.Logits.SelectMany(l => l).Max(Math.Abs);
        for (var i = 0; i < 4; i++)
            Assert.All(expected.Logits[i].Zip(group.Clients.Logits[i]), pair => Assert.Equal(pair.First, pair.Second, 5 * Tolerance * largest));
    }

    /// <summary>Sampling uses capped logits: with public noise the secure token is the reference's.</summary>
    [Fact]
    public async Task Sampled_tokens_come_from_capped_logits()
    {
        using var model = GoldenModel.Open("gemma2");
        double[] expected = [];
        var reference = new ReferenceModel(new ReferenceWeights(model.Weighted));
        foreach (var token in model.Tokens[..Prompt]) expected = reference.Step(token)!;
        double[]? sampled = null;
        var plan = Plans.Single(Prompt, 1) with { Temperature = 1, NoiseSeed = 5 };
        await new SecureLogits(model.Weighted, plan, 2, true).RunAsync(model.Tokens[..Prompt], (_, logits) => sampled = logits, TestContext.Current.CancellationToken);
        Assert.All(expected.Zip(sampled!), pair => Assert.Equal(pair.First, pair.Second, Tolerance * 10));
        Assert.True(expected.Max(Math.Abs) > 0.7 * model.Config.LogitsCap, "the cap bends nothing here");
    }

    private static async Task CompareAsync(string name, IWeightSource model, int[] prompt, int parties, bool active)
    {
        var plan = Plans.Single(prompt.Length, Tokens) with { PrefillChunk = 3 };
        var reference = new ReferenceModel(new ReferenceWeights(model));
        double[] expected = [];
        foreach (var token in prompt) expected = reference.Step(token)!;
        var (count, worst, largest) = (0, 0.0, 0.0);
        await new SecureLogits(model, plan, parties, active).RunAsync(prompt, (token, logits) =>
        {
            largest = Math.Max(largest, expected.Max(Math.Abs));
            worst = Math.Max(worst, logits.Zip(expected, (a, b) => Math.Abs(a - b)).Max());
            Assert.Equal(ReferenceModel.Greedy(expected), token);
            expected = reference.Step(token)!;
            count++;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(Tokens, count);
        TestContext.Current.SendDiagnosticMessage($"{name}: largest error {worst:E2} of {largest:F2}");
        Assert.True(worst <= Tolerance * Math.Max(4, largest), $"{name}: {worst:E2} of {largest:F2}");
    }

    private static int[] Greedy(IWeightSource model, int[] prompt, int tokens) => [.. ReferenceModel.Generate(model, prompt, tokens, ReferenceModel.Greedy).Tokens];

    private static LocalGroup Group(IWeightSource model, SessionPlan plan, int[] prompt, ScriptedDrafter? drafter = null) => new()
    {
        Model = model,
        Plan = plan,
        Clients = new LocalClients { Prompts = [prompt], Drafter = drafter },
    };
}
