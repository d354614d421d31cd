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
}
