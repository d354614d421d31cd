using Mimir.Models.Reference;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Public weights, logits to the one data owner, who samples: the same tokens as sampling under encryption, and the reference's logits.</summary>
public sealed class LogitsToOwnerTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8, 21];

    [Theory]
    [InlineData(true, 2, true, 0)]
    [InlineData(true, 3, true, 3)]
    [InlineData(false, 2, true, 2)]
    [InlineData(false, 2, false, 0)]
    [InlineData(true, 3, false, 1)]
    public async Task Tokens_and_logits_are_the_references(bool llama, int parties, bool active, int uncertain)
    {
        var model = Model(llama);
        foreach (var length in uncertain == 0 ? (int[])[5] : [5 - uncertain, 5])
        {
            var plan = Plans.Single(5, 6, uncertain) with { LogitsToOwner = true };
            var group = await RunAsync(model, plan, Prompt[..length], parties, active);
            var expected = ReferenceModel.Generate(new RoundedWeights(model, 16), Prompt[..length], 6, ReferenceModel.Greedy);
            Assert.Equal(expected.Tokens, group.Clients.Tokens["alice"].Take(6));
            var skipped = length - 1 - plan.FirstLogits;
            for (var i = 0; i < 6; i++)
                for (var v = 0; v < expected.Logits[i].Length; v++)
                    Assert.Equal(expected.Logits[i][v], group.Clients.Logits[skipped + i][v], 0.02);
        }
    }

    /// <summary>With a seed the owner draws the noise that the parties would have added.</summary>
    [Fact]
    public async Task A_seed_gives_the_tokens_of_sampling_under_encryption()
    {
        var model = Model(true);
        var plan = Plans.Single(5, 8) with { Temperature = 1.5, NoiseSeed = 11 };
        var secret = await RunAsync(model, plan, Prompt, 2, true);
        var shown = await RunAsync(model, plan with { LogitsToOwner = true }, Prompt, 2, true);
        Assert.Equal(secret.Clients.Tokens["alice"], shown.Clients.Tokens["alice"]);
        Assert.NotEqual(ReferenceModel.Generate(new RoundedWeights(model, 16), Prompt, 8, ReferenceModel.Greedy).Tokens, shown.Clients.Tokens["alice"]);
    }

    [Fact]
    public async Task Without_a_seed_sampled_tokens_differ_from_run_to_run()
    {
        var plan = Plans.Single(5, 12) with { Temperature = 3, LogitsToOwner = true };
        var (first, second) = (await RunAsync(Model(true), plan, Prompt, 2, true), await RunAsync(Model(true), plan, Prompt, 2, true));
        Assert.NotEqual(first.Clients.Tokens["alice"], second.Clients.Tokens["alice"]);
    }

    [Fact]
    public async Task The_owner_may_stop_early()
    {
        var group = new LocalGroup
        {
            Model = Model(true),
            Plan = Plans.Single(5, 20) with { LogitsToOwner = true, BlockSteps = 3 },
            Clients = new LocalClients { Prompts = [Prompt], StopAfter = 4 },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(4, group.Clients.Tokens["alice"].Count);
        Assert.All(group.Clients.Released, released => Assert.InRange(released, 4, 5));
    }

    /// <summary>What it replaces: the vocabulary's argmax. What it adds: one opening of the logits, and their masks' MACs.</summary>
    [Fact]
    public void Sampling_costs_one_opening_of_the_logits()
    {
        var layout = Model(true).Layout;
        var plan = Plans.Single(5, 6) with { LogitsToOwner = true };
        var numbers = new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, 2);
        var (with, without) = (CostArithmetic.Of(layout, plan, numbers, true, 5), CostArithmetic.Of(layout, plan with { LogitsToOwner = false }, numbers, true, 5));
        var sampling = Gadgets.Sample.Cost(layout.VocabularySize, plan, numbers);
        Assert.Equal(without - sampling - new Costs.Cost(4, 1) + new Costs.Cost(4, 37, Raw: 37), with);
    }

    [Theory]
    [InlineData("secret", "all weights are public")]
    [InlineData("adapter", "all weights are public")]
    [InlineData("owners", "its own")]
    [InlineData("receivers", "its own")]
    public void Where_others_would_learn_something_it_is_refused(string what, string says)
    {
        var layout = what switch
        {
            "secret" => TinyModel.Llama().Layout,
            "adapter" => new PublicWeights(new TinyAdapter(TinyModel.Llama())).Layout,
            _ => Model(true).Layout,
        };
        var plan = Plans.Single(5, 4) with { LogitsToOwner = true };
        if (what == "owners") plan = plan with { Segments = [new PromptSegment("bob", 2), new PromptSegment("alice", 3)] };
        if (what == "receivers") plan = plan with { Receivers = ["alice", "bob"] };
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => plan.Validate(layout, 2, 32)).Message);
    }

    private static PublicWeights Model(bool llama) => new(llama ? TinyModel.Llama() : TinyModel.Gpt2());

    private static async Task<LocalGroup> RunAsync(PublicWeights model, SessionPlan plan, int[] prompt, int parties, bool active)
    {
        var group = new LocalGroup { Model = model, Plan = plan, Parties = parties, Active = active, Clients = new LocalClients { Prompts = [prompt] } };
        await group.RunAsync(TestContext.Current.CancellationToken);
        return group;
    }
}
