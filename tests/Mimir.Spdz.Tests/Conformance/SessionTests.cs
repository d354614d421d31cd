using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Conformance;

/// <summary>Forms of sessions beyond one owner with a prompt of known length: each gives the tokens of the plain reference.</summary>
public sealed class SessionTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8, 21];

    [Theory]
    [InlineData("alice", "bob", "alice")]
    [InlineData("alice", "bob", "carol")]
    [InlineData("bob", "alice", "alice", "bob")]
    public async Task Two_owners_and_receivers_of_any_name(string first, string last, params string[] receivers)
    {
        var model = TinyModel.Llama();
        var plan = Plans.Single(5, 6) with { Segments = [new PromptSegment(first, 2), new PromptSegment(last, 3)], Receivers = receivers };
        var group = await RunAsync(model, plan, new LocalClients { Prompts = [Prompt[..2], Prompt[2..]] });
        foreach (var receiver in receivers) Assert.Equal(model.Greedy(Prompt, 6), group.Clients.Tokens[receiver]);
        Assert.Equal(receivers.Length, group.Clients.Tokens.Count);
    }

    [Fact]
    public async Task One_owner_with_two_segments()
    {
        var model = TinyModel.Gpt2();
        var plan = Plans.Single(5, 4) with { Segments = [new PromptSegment("alice", 1), new PromptSegment("bob", 2), new PromptSegment("alice", 2)] };
        var group = await RunAsync(model, plan, new LocalClients { Prompts = [Prompt[..1], Prompt[1..3], Prompt[3..]] });
        Assert.Equal(model.Greedy(Prompt, 4), group.Clients.Tokens["alice"]);
    }

    /// <summary>A prompt of any length in the bucket gives the tokens of the run without padding.</summary>
    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    [InlineData(true, 5)]
    [InlineData(false, 2)]
    public async Task Padding_changes_no_token(bool llama, int length)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        var group = await RunAsync(model, Plans.Single(5, 5, uncertain: 4), new LocalClients { Prompts = [Prompt[..length]] });
        Assert.Equal(model.Greedy(Prompt[..length], 5), group.Clients.Tokens["alice"].Take(5));
    }

    [Fact]
    public async Task A_noise_seed_makes_sampling_repeatable_and_the_same_for_any_number_of_parties()
    {
        var model = TinyModel.Llama();
        var runs = new List<int[]>();
        foreach (var (parties, seed) in (ValueTuple<int, long>[])[(2, 11), (2, 11), (3, 11), (2, 12), (2, 13)])
        {
            var plan = Plans.Single(5, 10) with { Temperature = 2, NoiseSeed = seed };
            runs.Add([.. (await RunAsync(model, plan, new LocalClients { Prompts = [Prompt] }, parties)).Clients.Tokens["alice"]]);
        }
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
        Assert.NotEqual(runs[0], runs[3]);
        Assert.NotEqual(runs[3], runs[4]);
        Assert.NotEqual(model.Greedy(Prompt, 10), runs[0]);
    }

    [Fact]
    public async Task Dealt_noise_gives_tokens_of_the_vocabulary_and_differs_from_run_to_run()
    {
        var model = TinyModel.Llama();
        var plan = Plans.Single(5, 12) with { Temperature = 3 };
        var first = (await RunAsync(model, plan, new LocalClients { Prompts = [Prompt] })).Clients.Tokens["alice"];
        var second = (await RunAsync(model, plan, new LocalClients { Prompts = [Prompt] })).Clients.Tokens["alice"];
        Assert.All(first.Concat(second), t => Assert.InRange(t, 0, 36));
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_client_may_stop_early(int parties)
    {
        var model = TinyModel.Llama();
        var plan = Plans.Single(5, 20) with { BlockSteps = 3 };
        var group = await RunAsync(model, plan, new LocalClients { Prompts = [Prompt], StopAfter = 4 }, parties);
        Assert.Equal(model.Greedy(Prompt, 4), group.Clients.Tokens["alice"]);
        Assert.All(group.Clients.Released, released => Assert.InRange(released, 4, 19));
    }

    /// <summary>In the first block, and in every group of the later ones: two of eight steps, or five of three.</summary>
    [Theory]
    [InlineData(2, 8)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    public async Task Audits_burn_steps_and_change_no_token(int parties, int steps)
    {
        var model = TinyModel.Llama();
        var group = await RunAsync(model, Plans.Single(5, 20) with { AuditRate = 0.5, BlockSteps = steps }, new LocalClients { Prompts = [Prompt] }, parties);
        Assert.Equal(model.Greedy(Prompt, 20), group.Clients.Tokens["alice"]);
        Assert.InRange(group.StepsAudited, 1, 200);
        Assert.All(group.Statistics, s => Assert.InRange(s.Audits, 1, group.StepsAudited));
    }

    [Theory]
    [InlineData(12, 2)]
    [InlineData(16, 1)]
    [InlineData(16, 4)]
    [InlineData(20, 3)]
    public async Task Other_scales_and_degrees_run(int fractionBits, int degree)
    {
        var model = TinyModel.Llama();
        var plan = Plans.Single(5, 4) with { FractionBits = fractionBits, ChebyshevDegree = degree };
        var group = await RunAsync(model, plan, new LocalClients { Prompts = [Prompt] });
        if (fractionBits >= 16 && degree > 1) Assert.Equal(model.Greedy(Prompt, 4), group.Clients.Tokens["alice"]);
        Assert.Equal(4, group.Clients.Tokens["alice"].Count);
    }

    private static async Task<LocalGroup> RunAsync(TinyModel model, SessionPlan plan, LocalClients clients, int parties = 2)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var group = new LocalGroup { Model = model, Plan = plan, Clients = clients, Parties = parties };
        await group.RunAsync(limit.Token);
        return group;
    }
}
