using Mimir.Spdz.Blocks;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>Rounds ahead of need are those that <see cref="BlockShape.SacrificeRounds"/> and the coins predict.</summary>
public sealed class SacrificeCostTests
{
    private const int Check = 3;

    /// <summary>One block of one group: two rounds for the first coin; one opening for everything, and the check.</summary>
    [Theory]
    [InlineData(true, 2)]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public async Task All_relations_of_a_small_block_share_one_opening(bool llama, int parties)
    {
        var (group, blocks) = await RunAsync(llama ? TinyModel.Llama() : TinyModel.Gpt2(), parties, 3, Plans.Single(3, 3) with { BlockSteps = 6, PrefillChunk = 1 });
        var block = Assert.Single(blocks);
        Assert.Single(Schedule.Groups(block, group.Plan));
        Assert.Equal(1 + Check, block.SacrificeRounds(group.Model.Layout));
        Assert.All(group.Statistics, s => Assert.Equal(2 + 1 + Check, s.OfflineRounds));
    }

    /// <summary>A coin for every group; the block's sacrifice with the first one, and a check with every other.</summary>
    [Theory]
    [InlineData(2, 1, 3)]
    [InlineData(3, 2, 4)]
    public async Task Every_group_has_a_coin_and_a_check(int parties, int prompt, int steps)
    {
        var (group, blocks) = await RunAsync(TinyModel.Llama(1), parties, prompt, Plans.Single(prompt, 20) with { BlockSteps = steps });
        var groups = blocks.Select(b => Schedule.Groups(b, group.Plan).Count()).ToArray();
        Assert.Contains(groups, g => g > 2);
        var expected = 1 + blocks.Zip(groups, (b, g) => g + b.SacrificeRounds(group.Model.Layout) + Check * (g - 1)).Sum();
        Assert.All(group.Statistics, s => Assert.Equal(expected, s.OfflineRounds));
    }

    /// <summary>Relations share an opening up to 2^17 elements, and are checked when 2^20 have been opened or claimed, and at the end.</summary>
    [Fact]
    public async Task A_large_block_takes_several_openings_and_checks()
    {
        // Three parties compare by triples: 41,000 a step for 4,099 tokens.
        var (group, blocks) = await RunAsync(TinyModel.Wide(), 3, 1, Plans.Single(1, 16) with { BlockSteps = 16 });
        var rounds = Assert.Single(blocks).SacrificeRounds(group.Model.Layout);
        Assert.Equal(4 + 2 * Check, rounds);
        Assert.All(group.Statistics, s => Assert.Equal(2 + rounds, s.OfflineRounds));
    }

    private static async Task<(LocalGroup Group, BlockShape[] Blocks)> RunAsync(TinyModel model, int parties, int prompt, SessionPlan plan)
    {
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Plan = plan with { AuditRate = 0 },
            Clients = new LocalClients { Prompts = [[.. Enumerable.Range(3, prompt)]] },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        return (group, [.. Schedule.Blocks(model.Layout, plan, numbers, true)]);
    }
}
