using Mimir.Models.Reference;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Guessed tokens change how many runs a text takes, and nothing else: the same tokens come out, greedy or sampled.</summary>
public sealed class SpeculationTests
{
    private const int Tokens = 9;
    private static readonly int[] Prompt = [3, 17, 30, 8, 21];

    /// <summary>All guesses right, all wrong, and every third wrong; prompts whose length is hidden, too, where the prompt's own tokens are the guesses.</summary>
    [Theory]
    [InlineData(true, 2, true, 2, 0)]
    [InlineData(true, 2, true, 3, 3)]
    [InlineData(false, 2, true, 1, 0)]
    [InlineData(false, 3, true, 2, 2)]
    [InlineData(true, 2, false, 4, 1)]
    public async Task Greedy_tokens_are_the_references(bool llama, int parties, bool active, int guesses, int uncertain)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        foreach (var length in uncertain == 0 ? (int[])[5] : [5 - uncertain, 5])
        {
            var prompt = Prompt[..length];
            var expected = model.Greedy(prompt, Tokens);
            foreach (var wrong in (Func<int, bool>[])[_ => false, _ => true, at => at % 3 == 0])
            {
                var group = Group(model, Plans.Single(5, Tokens, uncertain) with { Speculate = guesses }, prompt, expected, wrong, parties, active);
                await group.RunAsync(TestContext.Current.CancellationToken);
                Assert.Equal(expected, group.Clients.Tokens["alice"]);
            }
        }
    }

    /// <summary>With right guesses a run yields k + 1 tokens, with wrong ones, or none, one.</summary>
    [Theory]
    [InlineData(3, false, 2)]
    [InlineData(3, true, 8)]
    [InlineData(7, false, 1)]
    public async Task Right_guesses_save_runs(int guesses, bool wrong, int runs)
    {
        var model = TinyModel.Llama();
        var group = Group(model, Plans.Single(5, Tokens) with { Speculate = guesses }, Prompt, model.Greedy(Prompt, Tokens), _ => wrong);
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.All(group.Statistics, s => Assert.Equal(5 + runs * (guesses + 1), s.Steps));
        Assert.All(group.Statistics, s => Assert.Equal(Tokens, s.Tokens));
    }

    /// <summary>Public noise belongs to a position, so a seeded text is the same however many of its positions were computed twice.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Sampled_tokens_of_a_seed_are_the_same(int guesses)
    {
        var model = TinyModel.Llama();
        var plan = Plans.Single(5, Tokens) with { Temperature = 1.5, NoiseSeed = 11 };
        var plain = Group(model, plan, Prompt, [], _ => true);
        await plain.RunAsync(TestContext.Current.CancellationToken);
        int[] expected = [.. plain.Clients.Tokens["alice"]];
        Assert.NotEqual(model.Greedy(Prompt, Tokens), expected);
        foreach (var wrong in (Func<int, bool>[])[_ => false, at => at % 2 == 0])
        {
            var group = Group(model, plan with { Speculate = guesses }, Prompt, expected, wrong);
            await group.RunAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected, group.Clients.Tokens["alice"]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Together_with_logits_to_the_owner(int uncertain)
    {
        var model = new PublicWeights(TinyModel.Llama());
        int[] expected = [.. ReferenceModel.Generate(new RoundedWeights(model, 16), Prompt, Tokens, ReferenceModel.Greedy).Tokens];
        foreach (var wrong in (Func<int, bool>[])[_ => false, at => at % 3 == 0])
        {
            var group = Group(model, Plans.Single(5, Tokens, uncertain) with { Speculate = 2, LogitsToOwner = true }, Prompt, expected, wrong);
            await group.RunAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected, group.Clients.Tokens["alice"]);
        }
    }

    [Fact]
    public async Task The_owner_may_stop_early()
    {
        var model = TinyModel.Llama();
        var group = new LocalGroup
        {
            Model = model,
            Plan = Plans.Single(5, 20) with { Speculate = 2, BlockSteps = 3 },
            Clients = new LocalClients { Prompts = [Prompt], StopAfter = 4 },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(model.Greedy(Prompt, 4), group.Clients.Tokens["alice"]);
        Assert.All(group.Statistics, s => Assert.InRange(s.Tokens, 4, 5));
    }

    /// <summary>The last run may reach beyond the text: up to the longest context nothing fails.</summary>
    [Fact]
    public async Task Guesses_beyond_the_end_of_the_context_are_not_used()
    {
        var model = TinyModel.Gpt2();
        var longest = model.Layout.MaxPositions;
        int[] prompt = [.. Enumerable.Range(0, longest - 3).Select(i => i % model.Layout.VocabularySize)];
        var group = Group(model, Plans.Single(prompt.Length, 4) with { Speculate = 6 }, prompt, model.Greedy(prompt, 4), at => at == prompt.Length + 2);
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(model.Greedy(prompt, 4), group.Clients.Tokens["alice"]);
    }

    [Theory]
    [InlineData("owners", "its own")]
    [InlineData("receivers", "its own")]
    [InlineData("many", "0..15")]
    [InlineData("negative", "0..15")]
    public void Where_others_would_learn_something_it_is_refused(string what, string says)
    {
        var plan = Plans.Single(5, 4) with { Speculate = 2 };
        if (what == "owners") plan = plan with { Segments = [new PromptSegment("bob", 2), new PromptSegment("alice", 3)] };
        if (what == "receivers") plan = plan with { Receivers = ["alice", "bob"] };
        if (what == "many") plan = plan with { Speculate = 16 };
        if (what == "negative") plan = plan with { Speculate = -1 };
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => plan.Validate(TinyModel.Llama().Layout, 2, 32)).Message);
    }

    private static LocalGroup Group(
        IWeightSource model, SessionPlan plan, int[] prompt, IReadOnlyList<int> text, Func<int, bool> wrong, int parties = 2, bool active = true) => new()
    {
        Model = model,
        Plan = plan,
        Parties = parties,
        Active = active,
        Clients = new LocalClients { Prompts = [prompt], Drafter = new ScriptedDrafter([.. prompt, .. text], wrong, model.Layout.VocabularySize) },
    };
}
