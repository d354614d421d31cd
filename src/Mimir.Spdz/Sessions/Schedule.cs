using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Sessions;

/// <summary>How a session's steps are cut into blocks; the same for dealer and parties, from public shapes only.</summary>
public static class Schedule
{
    /// <summary>All blocks in order, counted one block at a time.</summary>
    public static IEnumerable<BlockShape> Blocks(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active)
    {
        for (int start = 0, number = 0; start < plan.Steps; start += plan.BlockSteps, number++)
        {
            var steps = new StepShape[Math.Min(plan.BlockSteps, plan.Steps - start)];
            for (var i = 0; i < steps.Length; i++)
            {
                var cost = CostArithmetic.Of(layout, plan, numbers, active, start + i);
                steps[i] = new StepShape(start + i, plan.HasLogits(start + i), cost.Triples, cost.Corrections(active));
            }
            yield return new BlockShape(number, steps);
        }
    }
}
