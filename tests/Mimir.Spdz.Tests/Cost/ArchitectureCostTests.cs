using Mimir.Models.Tests.TestModels;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>What <see cref="StepCostTests"/> and <see cref="AllocationTests"/> hold Llama and GPT-2 to, for what only other architectures have.</summary>
public sealed class ArchitectureCostTests
{
    public static TheoryData<string, int, bool> Groups => new()
    {
        { "qwen3", 2, true }, { "qwen3", 3, true }, { "gemma2", 2, true }, { "gemma2", 3, false }, { "gemma3", 2, false }, { "gpt_neox_parallel", 2, true },
    };

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Rounds_openings_and_corrections_of_a_session(string name, int parties, bool active)
    {
        using var model = GoldenModel.Open(name, 2);
        await StepCostTests.RoundsAsync(model.Weighted, parties, active);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Tape_sections_have_the_declared_lengths(string name, int parties, bool active)
    {
        using var model = GoldenModel.Open(name, 2);
        await StepCostTests.SectionsAsync(model.Weighted, parties, active);
    }

    [Theory]
    [InlineData("qwen3", 2)]
    [InlineData("gemma3", 2)]
    [InlineData("gemma2", 3)]
    [InlineData("gpt_neox_parallel", 2)]
    public async Task Steps_in_steady_state_allocate_nothing(string name, int parties)
    {
        using var model = GoldenModel.Open(name, 2);
        await AllocationTests.SteadyAsync(model.Weighted, true, parties);
    }

    /// <summary>A step beyond the window costs what the last one within it did.</summary>
    [Fact]
    public void A_window_bounds_the_cost()
    {
        using var model = GoldenModel.Open("mistral");
        var layout = model.Weighted.Layout;
        var plan = Plans.Single(12, 1);
        var numbers = new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, 2);
        Costs.Cost Of(int row) => CostArithmetic.Of(layout, plan, numbers, true, row);
        Assert.Equal(Of(4), Of(9));
        Assert.True(Of(3).Opened < Of(4).Opened);
    }

    /// <summary>Rounds of one more layer of each architecture, two parties: docs/models.md.</summary>
    [Theory]
    [InlineData("llama3", 27)]
    [InlineData("qwen2", 27)]
    [InlineData("qwen3", 33)]
    [InlineData("mistral", 27)]
    [InlineData("phi3", 27)]
    [InlineData("gemma2", 40)]
    [InlineData("gemma3", 45)]
    [InlineData("gpt_neox_sequential", 25)]
    [InlineData("gpt_neox_parallel", 21)]
    public void Rounds_of_a_layer(string name, int rounds)
    {
        Assert.Equal(rounds, Of(2) - Of(1));

        long Of(int layers)
        {
            using var model = GoldenModel.Open(name, layers);
            var plan = Plans.Single(8, 1);
            return CostArithmetic.Of(model.Weighted.Layout, plan, new Numbers(model.Weighted.Layout, plan.FractionBits, plan.ChebyshevDegree, 2), true, 7).Rounds;
        }
    }
}
