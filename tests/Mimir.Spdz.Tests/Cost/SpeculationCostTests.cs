using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>A run of a token and its guesses costs the rounds of one position.</summary>
public sealed class SpeculationCostTests
{
    private static readonly int[] Prompt = [3, 17, 30, 8, 21];

    [Theory]
    [InlineData(2, true, 3)]
    [InlineData(3, true, 2)]
    [InlineData(2, false, 7)]
    public async Task A_run_costs_the_rounds_of_one_position(int parties, bool active, int guesses)
    {
        var model = TinyModel.Llama();
        var plain = Plans.Single(Prompt.Length, 7) with { AuditRate = 0 };
        var plan = plain with { Speculate = guesses };
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = plan,
            Clients = new LocalClients
            {
                Prompts = [Prompt],
                Drafter = new ScriptedDrafter([.. Prompt, .. model.Greedy(Prompt, 7)], at => at % 2 == 0, model.Layout.VocabularySize),
            },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);

        // One question before each run, one check after it.
        var check = active ? 3 : 0;
        var (rounds, row) = (active ? 2L + 4 : 0, 0);
        var bytes = 0L;
        foreach (var block in Schedule.Blocks(model.Layout, plan, numbers, active))
            foreach (var (first, count) in Schedule.Groups(block, plan).SelectMany(g => Schedule.Runs(block, g, plan, Schedule.Lanes(model.Layout, plan, numbers, active))))
            {
                if (row == group.Statistics[0].Steps) continue;
                var steps = Enumerable.Range(first, count).Select(i => block.Steps[i]).ToArray();
                var each = steps.Max(s => Rounds(plan, s.Row));
                if (row > plan.FirstLogits)
                {
                    Assert.Equal((guesses + 1, row), (count, steps[0].Row));
                    // The rounds of a position depend on the cache's length only where tables with more levels are dealt.
                    if (parties == 2) Assert.Equal(Rounds(plain, plain.FirstLogits + 1), each);
                }
                rounds += 1 + check + each;
                bytes += 1 + steps.Select(s => s.Cost).Aggregate(Costs.Cost.Together).OpenedBytes;
                row += count;
            }
        Assert.InRange(row, plan.FirstLogits + 1 + 2 * (guesses + 1), plan.Rows - guesses - 1);
        Assert.Equal(rounds, group.Statistics[0].OnlineRounds);
        // Coins and checks come on top in active sessions; what is opened is the same.
        if (!active) Assert.Equal(bytes * (parties - 1), group.Statistics[0].OnlineBytes);

        long Rounds(SessionPlan of, int at) =>
            CostArithmetic.Of(model.Layout, of, numbers, active, at).Rounds - (of.HasLogits(at) ? check : 0);
    }

    [Fact]
    public void Blocks_hold_whole_runs_and_cover_every_row_once()
    {
        var model = TinyModel.Gpt2();
        foreach (var (prompt, uncertain, tokens, steps, chunk, guesses) in (ValueTuple<int, int, int, int, int, int>[])
            [(1, 0, 1, 4, 16, 3), (20, 4, 9, 4, 16, 2), (17, 0, 5, 3, 5, 6), (9, 8, 3, 1, 2, 1), (8, 0, 8, 24, 3, 4)])
        {
            var plan = Plans.Single(prompt, tokens, uncertain) with { BlockSteps = steps, PrefillChunk = chunk, Speculate = guesses };
            var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, 2);
            var lanes = Schedule.Lanes(model.Layout, plan, numbers, true);
            var largest = Schedule.Largest(model.Layout, plan, numbers, true, true);
            var next = 0;
            foreach (var block in Schedule.Blocks(model.Layout, plan, numbers, true))
            {
                Assert.All(Schedule.Groups(block, plan), g => Assert.InRange(g.Count, 1, largest.Sections - lanes));
                foreach (var (first, count) in Schedule.Groups(block, plan).SelectMany(g => Schedule.Runs(block, g, plan, lanes)))
                {
                    Assert.Equal(next, block.Steps[first].Row);
                    Assert.InRange(first + count, 1, block.Steps.Count);
                    Assert.InRange(count, 1, lanes);
                    if (next > plan.FirstLogits) Assert.Equal(guesses + 1, count);
                    next += count;
                    if (next - count <= plan.FirstLogits) Assert.InRange(next, 1, plan.FirstLogits + 1);
                }
            }
            Assert.Equal(plan.Rows, next);
        }
    }
}
