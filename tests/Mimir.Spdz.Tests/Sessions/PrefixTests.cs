using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Sessions;

/// <summary>A session that begins with an earlier one's rows gets the tokens of the whole text, and computes the rest of it only.</summary>
public sealed class PrefixTests
{
    private static readonly int[] Text = [3, 17, 30, 8, 21, 5, 9, 12];

    [Theory]
    [InlineData(true, 2, true, 0, 0)]
    [InlineData(false, 2, true, 1, 0)]
    [InlineData(true, 3, true, 1, 0)]
    [InlineData(false, 2, false, 0, 0)]
    [InlineData(false, 2, true, 1, 2)]
    public async Task Tokens_are_the_references(bool llama, int parties, bool active, int uncertain, int guesses)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        int[] other = [.. Text[..3], 36, 2];
        await using var stages = await LocalStages.LoadAsync(model, parties, active);
        // Three turns; the third begins with what the second has kept, which began with what the first has.
        var first = Plans.Single(4, 3, uncertain) with { KeepPrefix = true, Speculate = guesses };
        Assert.Equal(4 - uncertain, first.KeptRows);
        Assert.Equal(model.Greedy(Text[..4], 3), await RunAsync(first, Text[..4], 3));

        var reused = first.KeptRows;
        var second = Plans.Single(6 - reused, 3, uncertain) with { ReusedRows = reused, KeepPrefix = true, Speculate = guesses };
        Assert.Equal(model.Greedy(Text[..6], 3), await RunAsync(second, Text[reused..6], 3));
        if (guesses == 0) Assert.All(stages.Statistics[..parties], s => Assert.Equal(second.Steps - reused, s.Steps));

        // Fewer rows than there are: another end.
        var third = Plans.Single(2, 4) with { ReusedRows = 3, Speculate = guesses };
        Assert.Equal(model.Greedy(other, 4), await RunAsync(third, other[3..], 4));
        Assert.Equal(model.Greedy(other, 4), await RunAsync(third, other[3..], 4));

        async Task<IEnumerable<int>> RunAsync(SessionPlan plan, int[] prompt, int tokens)
        {
            var clients = new LocalClients { Prompts = [prompt], Known = Text[..plan.ReusedRows] };
            return (await stages.RunAsync(plan, clients)).Tokens["alice"].Take(tokens);
        }
    }

    /// <summary>Other rows than the dealer's, or at one party others than at another: the check fails, and nothing is released.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Rows_that_are_not_the_sessions_own_are_noticed(int what)
    {
        var model = TinyModel.Llama(1);
        await using var stages = await LocalStages.LoadAsync(model);
        var first = Plans.Single(4, 1) with { KeepPrefix = true };
        await stages.RunAsync(first, new LocalClients { Prompts = [Text[..4]] });
        var before = stages.Kept;
        await stages.RunAsync(first, new LocalClients { Prompts = [Text[4..]] });
        stages.Kept = what == 0 ? (before.Dealer, stages.Kept.Parties) : (stages.Kept.Dealer, [before.Parties[0], stages.Kept.Parties[1]]);
        var clients = new LocalClients { Prompts = [[7]] };
        await Assert.ThrowsAnyAsync<ProtocolViolation>(() => stages.RunAsync(Plans.Single(1, 2) with { ReusedRows = 4 }, clients));
        Assert.Empty(clients.Tokens["alice"]);
    }

    [Fact]
    public void What_is_kept_is_the_first_owners_certain_rows()
    {
        var plan = Plans.Single(5, 3, uncertain: 2);
        Assert.Equal(3, plan.KeptRows);
        Assert.Equal(7, (plan with { ReusedRows = 4 }).KeptRows);
        Assert.Equal(2, (plan with { Segments = [new PromptSegment("alice", 2), new PromptSegment("bob", 4)], Uncertain = 0 }).KeptRows);
        Assert.Equal(4, (plan with { Segments = [new PromptSegment("alice", 2), new PromptSegment("alice", 4)], Uncertain = 2 }).KeptRows);
        Assert.Throws<ArgumentException>(() => (plan with { ReusedRows = -1 }).Validate(TinyModel.Llama().Layout, 2, 32));
        Assert.Throws<ArgumentException>(() => (plan with { ReusedRows = 28 }).Validate(TinyModel.Llama().Layout, 2, 32));
    }
}
