using Mimir.Models.Reference;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Malicious;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>A public beginning of the prompt is computed in the clear: the same tokens, nothing dealt and no step for it.</summary>
public sealed class PublicSegmentTests
{
    private static readonly int[] System = [1, 30, 12, 12, 5, 36, 9];
    private static readonly int[] Prompt = [3, 17, 30];

    [Theory]
    [InlineData(true, 2, true, 0, 0)]
    [InlineData(true, 3, true, 1, 0)]
    [InlineData(false, 2, true, 2, 0)]
    [InlineData(false, 2, false, 0, 0)]
    [InlineData(false, 2, true, 1, 2)]
    public async Task Tokens_are_the_references(bool llama, int parties, bool active, int uncertain, int guesses)
    {
        var model = new PublicWeights(llama ? TinyModel.Llama() : TinyModel.Gpt2());
        var plan = Plans.Single(3, 5, uncertain) with { PublicTokens = System, Speculate = guesses };
        foreach (var length in uncertain == 0 ? (int[])[3] : [3 - uncertain, 3])
        {
            var group = Group(model, plan, Prompt[..length], parties, active);
            await group.RunAsync(TestContext.Current.CancellationToken);
            var expected = ReferenceModel.Generate(new RoundedWeights(model, 16), [.. System, .. Prompt[..length]], 5, ReferenceModel.Greedy);
            Assert.Equal(expected.Tokens, group.Clients.Tokens["alice"].Take(5));
            if (guesses == 0 && length == 3) Assert.All(group.Statistics, s => Assert.Equal(plan.Steps - System.Length, s.Steps));
        }
    }

    [Fact]
    public async Task Logits_to_the_owner_are_the_references()
    {
        var model = new PublicWeights(TinyModel.Llama());
        var group = Group(model, Plans.Single(3, 5) with { PublicTokens = System, LogitsToOwner = true }, Prompt);
        await group.RunAsync(TestContext.Current.CancellationToken);
        var expected = ReferenceModel.Generate(new RoundedWeights(model, 16), [.. System, .. Prompt], 5, ReferenceModel.Greedy);
        var without = ReferenceModel.Generate(new RoundedWeights(model, 16), Prompt, 5, ReferenceModel.Greedy);
        Assert.True(expected.Logits[0].Zip(without.Logits[0]).Max(pair => Math.Abs(pair.First - pair.Second)) > 0.1);
        for (var i = 0; i < 5; i++)
            for (var v = 0; v < expected.Logits[i].Length; v++)
                Assert.Equal(expected.Logits[i][v], group.Clients.Logits[i][v], 0.02);
    }

    /// <summary>Step sections are dealt from the first secret row on.</summary>
    [Fact]
    public async Task Nothing_is_dealt_for_public_positions()
    {
        var rows = new HashSet<int>();
        var plan = Plans.Single(3, 2) with { PublicTokens = System, AuditRate = 0 };
        var group = new LocalGroup
        {
            Model = new PublicWeights(TinyModel.Llama()),
            Plan = plan,
            Clients = new LocalClients { Prompts = [Prompt] },
            WrapTape = (stream, party) => new TamperingStream(stream, party, true, w =>
            {
                if (w.Kind == (byte)TapeKind.Step) lock (rows) rows.Add(w.Step);
                return [w.Bytes];
            }),
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(System.Length, 4), rows.Order());
    }

    /// <summary>A party that takes another text for the public one, or another model, is noticed before anything is released.</summary>
    [Fact]
    public async Task Parties_compare_what_they_computed() =>
        await Cheat.CaughtAsync<EquivocationException>(new LocalGroup
        {
            Model = new PublicWeights(TinyModel.Llama()),
            Plan = Plans.Single(3, 2) with { PublicTokens = System },
            Clients = new LocalClients { Prompts = [Prompt] },
            AlterPlan = (party, plan) => party == 1 ? plan with { PublicTokens = [.. System[..^1], 10] } : plan,
        }, 0);

    [Theory]
    [InlineData("secret", "all weights are public")]
    [InlineData("adapter", "all weights are public")]
    [InlineData("token", "does not have")]
    [InlineData("long", "the context holds")]
    public void What_cannot_be_public_is_refused(string what, string says)
    {
        var layout = what switch
        {
            "secret" => TinyModel.Llama().Layout,
            "adapter" => new PublicWeights(new TinyAdapter(TinyModel.Llama())).Layout,
            _ => new PublicWeights(TinyModel.Llama()).Layout,
        };
        var plan = Plans.Single(3, 2) with { PublicTokens = what switch { "token" => [layout.VocabularySize], "long" => [.. Enumerable.Repeat(1, 29)], _ => System } };
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => plan.Validate(layout, 2, 32)).Message);
    }

    private static LocalGroup Group(IWeightSource model, SessionPlan plan, int[] prompt, int parties = 2, bool active = true) => new()
    {
        Model = model,
        Plan = plan,
        Parties = parties,
        Active = active,
        Clients = new LocalClients { Prompts = [prompt] },
    };
}
