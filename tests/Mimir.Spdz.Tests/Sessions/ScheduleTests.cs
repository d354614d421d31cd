using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Sessions;

/// <summary>How blocks and their groups fit together.</summary>
public sealed class ScheduleTests
{
    private const int AlgebraRows = 16;
    private const long AlgebraBytes = 1L << 26;

    private static readonly ModelLayout Gpt2Small = ModelFolding.LayoutOf(ModelShapes.Find("gpt2-small"));

    /// <summary>The prompt's chunk in one group; then blocks of five groups of three rows, the last one shorter.</summary>
    [Fact]
    public void A_prompt_of_five_and_forty_tokens_in_groups_of_three()
    {
        var plan = Plans.Single(5, 40) with { BlockSteps = 3 };
        Assert.Equal(["5", "3 3 3 3 3", "3 3 3 3 3", "3 3 3"],
            Schedule.Blocks(TinyModel.Llama().Layout, plan, Numbers(TinyModel.Llama().Layout, plan), true).Select(b => string.Join(' ', Schedule.Groups(b, plan).Select(g => g.Count))));
    }

    /// <summary>
    /// Groups cover a block in order; while it holds prompt it is one. After the prompt a block has as many whole groups as come to about 16 rows, at least one; only the
    /// session's last block has fewer rows, and its last group.
    /// </summary>
    [Theory]
    [InlineData(1, 0, 30, 4, 16, 0)]
    [InlineData(20, 4, 50, 4, 16, 0)]
    [InlineData(17, 0, 41, 3, 5, 0)]
    [InlineData(9, 8, 33, 1, 2, 0)]
    [InlineData(8, 0, 70, 24, 3, 0)]
    [InlineData(5, 0, 9, 64, 16, 0)]
    [InlineData(1, 0, 20, 4, 16, 3)]
    [InlineData(20, 4, 19, 4, 16, 2)]
    [InlineData(17, 0, 15, 3, 5, 6)]
    [InlineData(9, 8, 23, 1, 2, 1)]
    public void Groups_cover_blocks_and_are_whole(int prompt, int uncertain, int tokens, int steps, int chunk, int guesses)
    {
        var plan = Plans.Single(prompt, tokens, uncertain) with { BlockSteps = steps, PrefillChunk = chunk, Speculate = guesses };
        var layout = TinyModel.Gpt2().Layout;
        var (groupRows, blockRows) = (Schedule.GroupRows(plan), Schedule.BlockRows(layout, plan, Numbers(layout, plan), true));
        Assert.InRange(groupRows, steps, steps + guesses);
        Assert.Equal((0, 0), (groupRows % (guesses + 1), blockRows % groupRows));
        Assert.InRange(blockRows, groupRows, Math.Max(AlgebraRows, groupRows));
        Assert.True(blockRows + groupRows > AlgebraRows);

        var next = 0;
        foreach (var block in Schedule.Blocks(layout, plan, Numbers(layout, plan), true))
        {
            var (row, groups) = (block.Steps[0].Row, Schedule.Groups(block, plan).ToArray());
            Assert.Equal(Enumerable.Range(0, block.Steps.Count), groups.SelectMany(g => Enumerable.Range(g.First, g.Count)));
            Assert.Equal(Enumerable.Range(next, block.Steps.Count), block.Steps.Select(s => s.Row));
            next += block.Steps.Count;
            if (row <= plan.FirstLogits) Assert.Single(groups);
            else
            {
                Assert.Equal(Math.Min(blockRows, plan.Rows - row), block.Steps.Count);
                Assert.All(groups, g => Assert.Equal(Math.Min(groupRows, plan.Rows - row - g.First), g.Count));
            }
        }
        Assert.Equal(plan.Rows, next);
    }

    /// <summary>The longer the context, the fewer groups a block has, so that its algebra stays within 64 MB; one it has in any case.</summary>
    [Theory]
    [InlineData(16, 2, 16)]
    [InlineData(200, 2, 12)]
    [InlineData(1000, 2, 4)]
    [InlineData(1000, 3, 4)]
    public void Blocks_of_gpt2_small_are_bounded_by_memory(int prompt, int parties, int rows)
    {
        var plan = Plans.Single(prompt, 20);
        var numbers = Numbers(Gpt2Small, plan, parties);
        Assert.Equal(rows, Schedule.BlockRows(Gpt2Small, plan, numbers, true));
        foreach (var block in Schedule.Blocks(Gpt2Small, plan, numbers, true).Where(b => b.Steps[0].Row > plan.FirstLogits))
        {
            Assert.InRange(block.Steps.Count, 1, rows);
            if (rows > Schedule.GroupRows(plan)) Assert.InRange(block.AlgebraicSection(Gpt2Small, true, last: true).MemoryBytes, 1, AlgebraBytes);
        }
    }

    private static Numbers Numbers(ModelLayout layout, SessionPlan plan, int parties = 2) => new(layout, plan.FractionBits, plan.ChebyshevDegree, parties);
}
