using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Sessions;

/// <summary>How a session's steps are cut into blocks; the same for dealer and parties, from public shapes only.</summary>
public static class Schedule
{
    /// <summary>All blocks in order, counted one block at a time.</summary>
    public static IEnumerable<BlockShape> Blocks(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active)
    {
        for (var start = 0; start < plan.Steps; start += plan.BlockSteps)
            yield return Block(layout, plan, numbers, active, start, Math.Min(plan.BlockSteps, plan.Steps - start));
    }

    /// <summary>The largest sections any block of the session can have: the last steps' shapes, as many as a block holds.</summary>
    public static (SectionSize Step, SectionSize Algebraic) Largest(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active, bool last)
    {
        var count = Math.Min(plan.BlockSteps, plan.Steps);
        var block = Block(layout, plan, numbers, active, plan.Steps - count, count);
        return (block.Steps.Select(s => s.Cost.Section(last, active)).Aggregate(SectionSize.Largest), block.AlgebraicSection(layout, active, last));
    }

    private static BlockShape Block(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active, int start, int count)
    {
        var steps = new StepShape[count];
        for (var i = 0; i < count; i++)
        {
            var cost = CostArithmetic.Of(layout, plan, numbers, active, start + i);
            steps[i] = new StepShape(start + i, plan.HasLogits(start + i), cost);
        }
        return new BlockShape(start / plan.BlockSteps, steps);
    }
}
