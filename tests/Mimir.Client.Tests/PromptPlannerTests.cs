using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;

namespace Mimir.Client.Tests;

public sealed class PromptPlannerTests
{
    private static readonly ModelLayout Layout = ModelFolding.LayoutOf(ModelShapes.Find("stories260k"));

    /// <summary>Every length of one bucket gives the same plan, and every such length fits it.</summary>
    [Theory]
    [InlineData(1, 16)]
    [InlineData(17, 32)]
    [InlineData(33, 48)]
    public void Lengths_of_one_bucket_cannot_be_told_apart(int from, int to)
    {
        var plans = Enumerable.Range(from, to - from + 1).Select(n => Plan([n], 4)).ToArray();
        Assert.All(plans, p => Assert.Equal((to, 15), (p.PromptPositions, p.Uncertain)));
        Assert.All(plans, p => Assert.Equal(to - 15 - 1, p.FirstLogits));
        Assert.All(plans, p => p.Validate(Layout, 2, Layout.MaxPositions));
    }

    /// <summary>Every output counts, the last bucket's hidden ones too; refused before anything is sent.</summary>
    [Theory]
    [InlineData(19.0, true)]
    [InlineData(18.9, false)]
    public void A_session_beyond_its_epsilon_is_refused(double limit, bool accepted)
    {
        var options = new GenerationOptions { MaxTokens = 4, Temperature = 1, Epsilon = 1, EpsilonSession = limit };
        SessionPlan Planned() => PromptPlanner.Plan(Layout, [("a", 5)], ["a"], options);
        if (accepted) Assert.Equal(19, Planned().SessionEpsilon);
        else Assert.Contains("privacy.epsilon_session", Assert.Throws<ArgumentException>(Planned).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PromptPlanner.Plan(Layout, [("a", 5)], ["a"], options with { Epsilon = 0 }));
    }

    [Fact]
    public void A_bucket_of_one_makes_the_length_public()
    {
        var plan = PromptPlanner.Plan(Layout, [("a", 5)], ["a"], new GenerationOptions { MaxTokens = 3, PaddingBucket = 1 });
        Assert.Equal((5, 0, 7), (plan.PromptPositions, plan.Uncertain, plan.Steps));
    }

    [Fact]
    public void Only_the_last_segment_is_padded()
    {
        var plan = Plan([3, 5], 2);
        Assert.Equal([3, 16], plan.Segments.Select(s => s.Positions));
        Assert.Equal(15, plan.Uncertain);
    }

    /// <summary>Near the end of the context the padding gives way, the prompt does not.</summary>
    [Fact]
    public void Padding_never_costs_context()
    {
        for (var n = Layout.MaxPositions - 40; n <= Layout.MaxPositions - 3; n++)
        {
            var plan = Plan([n], 4);
            plan.Validate(Layout, 2, Layout.MaxPositions);
            Assert.InRange(n, plan.PromptPositions - plan.Uncertain, plan.PromptPositions);
        }
        var error = Assert.Throws<ArgumentException>(() => Plan([Layout.MaxPositions - 2], 4));
        Assert.Contains($"{Layout.MaxPositions - 2} tokens", error.Message);
        Assert.Contains($"context holds {Layout.MaxPositions}", error.Message);
    }

    [Fact]
    public void An_empty_segment_is_refused() => Assert.Contains("'bob'", Assert.Throws<ArgumentException>(() => PromptPlanner.Plan(Layout, [("alice", 2), ("bob", 0)], ["bob"], new GenerationOptions())).Message);

    private static Spdz.Programs.SessionPlan Plan(int[] lengths, int maxTokens) =>
        PromptPlanner.Plan(Layout, [.. lengths.Select((n, i) => ($"owner{i}", n))], ["owner0"], new GenerationOptions { MaxTokens = maxTokens });
}
