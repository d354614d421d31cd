using Mimir.Cli.Planning;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;

namespace Mimir.Cli.Tests.Planning;

public sealed class PlannerTests
{
    private static PlanRequest Request(string shape, int context, int parties = 2, bool active = true) =>
        new(shape, ModelFolding.LayoutOf(ModelShapes.Find(shape)), context, parties, active);

    [Fact]
    public void Gpt2_small_fits_the_budgets_of_rounds_and_memory()
    {
        var plan = Planner.Plan(Request("gpt2-small", 64));
        Assert.InRange(plan.Parameters, 124_000_000, 125_000_000);
        Assert.InRange(plan.RoundsPerLayer, 1, 80);
        Assert.True(plan.RoundsPerToken > 12 * plan.RoundsPerLayer);
        Assert.True(plan.TotalMemoryBytes < 10e9, $"{plan.TotalMemoryBytes}");
    }

    [Fact]
    public void Matrix_bytes_are_eight_per_padded_element()
    {
        var request = Request("stories260k", 32);
        var bytes = 8 * request.Layout.Matrices.Sum(m => (long)m.Rows * m.Stride);
        var plan = Planner.Plan(request with { ReadGigabytesPerSecond = 1 });
        Assert.Equal(bytes, plan.ModelBytesPerParty);
        Assert.Equal(5 * bytes / 1e9, plan.FloorSeconds, 1e-12);
        Assert.Equal([2 * bytes / 1e9, bytes / 1e9], plan.Roles.Select(r => r.MemorySeconds));
        Assert.True(plan.PartyMemoryBytes > 2 * bytes && plan.TriplesMemoryBytes > bytes);
    }

    [Fact]
    public void The_parts_add_up_to_the_whole()
    {
        var layers = Enumerable.Range(1, 3).Select(n => Planner.Plan(WithLayers(n))).ToArray();
        Assert.Equal(layers[0].RoundsPerLayer, layers[2].RoundsPerLayer);
        Assert.Equal(layers[1].RoundsPerToken - layers[0].RoundsPerToken, layers[0].RoundsPerLayer);
        Assert.Equal(layers[2].BytesPerToken - layers[1].BytesPerToken, layers[0].BytesPerLayer);
    }

    [Fact]
    public void More_parties_send_to_more_peers_in_the_same_rounds()
    {
        var plans = Enumerable.Range(2, 3).ToDictionary(n => n, n => Planner.Plan(Request("stories260k", 32, n)));
        Assert.Equal(plans[3].RoundsPerToken, plans[4].RoundsPerToken);
        Assert.Equal(3 * plans[3].BytesPerToken, 2 * plans[4].BytesPerToken);
        Assert.Equal(plans[3].DealtBytesPerToken, plans[4].DealtBytesPerToken);
        Assert.True(plans[4].TotalMemoryBytes > plans[3].TotalMemoryBytes);
        // Two parties have function keys instead of tables and trees.
        Assert.True(plans[2].RoundsPerToken < plans[3].RoundsPerToken);
        Assert.True(plans[2].DealtBytesPerToken < plans[3].DealtBytesPerToken);
    }

    [Fact]
    public void Guesses_share_the_rounds_of_one_position_and_cost_the_bytes_of_their_own()
    {
        var one = Planner.Plan(Request("stories260k", 32));
        var four = Planner.Plan(Request("stories260k", 32) with { Speculate = 3 });
        var shorter = Enumerable.Range(29, 4).Select(context => Planner.Plan(Request("stories260k", context))).ToArray();
        Assert.Equal((one.RoundsPerToken, one.RoundsPerLayer), (four.RoundsPerToken, four.RoundsPerLayer));
        Assert.Equal(shorter.Sum(p => p.BytesPerToken), four.BytesPerToken);
        Assert.Equal(4 * one.DealtBytesPerToken, four.DealtBytesPerToken, one.DealtBytesPerToken / 4.0);
        Assert.InRange(four.SecondsPerToken, one.SecondsPerToken, 4 * one.SecondsPerToken);
        Assert.Throws<UsageException>(() => Planner.Plan(Request("stories260k", 3) with { Speculate = 3 }));
    }

    [Fact]
    public void Passive_security_costs_less_and_a_longer_context_more()
    {
        PlanReport active = Planner.Plan(Request("stories260k", 32)), passive = Planner.Plan(Request("stories260k", 32, active: false));
        Assert.True(passive.DealtBytesPerToken < active.DealtBytesPerToken);
        Assert.True(passive.PartyMemoryBytes < active.PartyMemoryBytes);
        Assert.True(passive.OfflineRoundsPerToken == 0);
        Assert.True(Planner.Plan(Request("stories260k", 64)).BytesPerToken > active.BytesPerToken);
    }

    private static PlanRequest WithLayers(int layers) =>
        new("test", ModelFolding.LayoutOf(ModelShapes.Find("stories260k") with { Layers = layers }), 16, 2, true);
}
