using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Golden;

public sealed class GreedyTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_secure_run_returns_the_reference_tokens(int parties)
    {
        using var model = SharedModel.Open();
        var (_, prompt, greedy) = SharedModel.Expected()[0];
        var group = new LocalGroup
        {
            Model = model.Weights,
            Parties = parties,
            Plan = Plans.Single(prompt.Length, 12),
            Clients = new LocalClients { Prompts = [prompt] },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(greedy[..12], group.Clients.Tokens["alice"]);
    }

    /// <summary>The same tokens in a third of the runs when the owner guesses well, in more when every other guess is wrong.</summary>
    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 7)]
    public async Task The_secure_run_with_guesses_returns_the_reference_tokens(bool wrong, int runs)
    {
        using var model = SharedModel.Open();
        var (_, prompt, greedy) = SharedModel.Expected()[0];
        var group = new LocalGroup
        {
            Model = model.Weights,
            Plan = Plans.Single(prompt.Length, 13) with { Speculate = 2 },
            Clients = new LocalClients
            {
                Prompts = [prompt],
                Drafter = new ScriptedDrafter([.. prompt, .. greedy], at => wrong && at % 2 == 0, model.Weights.Layout.VocabularySize),
            },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(greedy[..13], group.Clients.Tokens["alice"]);
        Assert.Equal(prompt.Length + 3 * runs, group.Statistics[0].Steps);
    }
}
