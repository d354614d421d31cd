using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Sessions;

/// <summary>How a session's steps are cut into blocks, groups and runs; the same for dealer and parties, from public shapes only.</summary>
public static class Schedule
{
    /// <summary>What the step sections of one chunk may take at the party that receives most: a quarter of a gigabyte, and as much again for the next one.</summary>
    private const long ChunkBytes = 1L << 28;

    /// <summary>Rows whose algebra is dealt, sacrificed and worked ahead together, so that every pass over a matrix serves them all; fewer where it would take more than <see cref="AlgebraBytes"/>.</summary>
    private const int AlgebraRows = 16;
    private const long AlgebraBytes = 1L << 26;

    /// <summary>
    /// Positions of the prompt that run in lockstep: as many as the plan allows (<see cref="SessionPlan.PrefillChunk"/>), as the prompt has
    /// for certain, and as memory bounds.
    /// </summary>
    public static int Chunk(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active)
    {
        var most = Math.Min(plan.PrefillChunk, plan.FirstLogits + 1 - plan.FirstRow);
        if (most == 1) return 1;
        var section = CostArithmetic.Of(layout, plan, numbers, active, plan.FirstLogits - 1).Section(true, active).MemoryBytes;
        return (int)Math.Clamp(ChunkBytes / Math.Max(1, section), 1, most);
    }

    /// <summary>Most positions of one run: of a chunk, or a token and its guesses.</summary>
    public static int Lanes(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active) => Math.Max(Chunk(layout, plan, numbers, active), plan.Speculate + 1);

    /// <summary>Rows after the prompt whose step sections are dealt and judged together: <see cref="SessionPlan.BlockSteps"/>, rounded up to whole runs.</summary>
    public static int GroupRows(SessionPlan plan) => (plan.BlockSteps + plan.Speculate) / (plan.Speculate + 1) * (plan.Speculate + 1);

    /// <summary>Rows of a block after the prompt: whole groups, at least one, for about <see cref="AlgebraRows"/>.</summary>
    public static int BlockRows(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active)
    {
        var rows = Enumerable.Repeat(Block(layout, plan, numbers, active, 0, plan.Rows - 1, 1).Steps[0], AlgebraRows);
        var row = new BlockShape(0, [.. rows]).AlgebraicSection(layout, active, last: true).MemoryBytes / AlgebraRows;
        var group = GroupRows(plan);
        return group * (int)Math.Clamp(AlgebraBytes / Math.Max(1, row) / group, 1, Math.Max(1, AlgebraRows / group));
    }

    /// <summary>All blocks in order, counted one block at a time: chunks of the prompt first (none smaller than a group), then <see cref="BlockRows"/> each.</summary>
    public static IEnumerable<BlockShape> Blocks(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active)
    {
        var number = 0;
        foreach (var (start, count) in Cuts(layout, plan, numbers, active))
            yield return Block(layout, plan, numbers, active, number++, start, count);
    }

    /// <summary>
    /// What of a block comes in step sections at a time and gets one verdict, as indices into its steps: all of it while it holds prompt, then
    /// <see cref="GroupRows"/> each.
    /// </summary>
    public static IEnumerable<StepGroup> Groups(BlockShape block, SessionPlan plan)
    {
        var rows = block.Steps[0].Row > plan.FirstLogits ? GroupRows(plan) : block.Steps.Count;
        for (var i = 0; i < block.Steps.Count; i += rows) yield return new StepGroup(i, Math.Min(rows, block.Steps.Count - i));
    }

    /// <summary>
    /// What of a group runs in lockstep, as indices into the block's steps: chunks of certain prompt positions, of which only the last can sample; then one by one, or
    /// as many as the owner puts in at a time.
    /// </summary>
    public static IEnumerable<(int First, int Count)> Runs(BlockShape block, StepGroup group, SessionPlan plan, int chunk)
    {
        for (var i = group.First; i < group.End;)
        {
            var certain = Math.Min(plan.FirstLogits + 1 - block.Steps[i].Row, group.End - i);
            var count = certain > 0 ? Math.Min(chunk, certain) : plan.Speculate + 1;
            yield return (i, count);
            i += count;
        }
    }

    /// <summary>
    /// The largest sections that any block of the session can have, those of steps that sample a token (much larger) apart, and how many step sections are in
    /// memory at once.
    /// </summary>
    public static (SectionSize Prompt, SectionSize Sampling, SectionSize Algebraic, int Sections) Largest(
        ModelLayout layout, SessionPlan plan, Numbers numbers, bool active, bool last)
    {
        var most = 0;
        SectionSize prompt = default, sampling = default, algebraic = default;
        foreach (var block in Blocks(layout, plan, numbers, active))
        {
            most = Math.Max(most, Groups(block, plan).Max(g => g.Count));
            foreach (var step in block.Steps)
            {
                ref var kind = ref step.Logits ? ref sampling : ref prompt;
                kind = SectionSize.Largest(kind, step.Cost.Section(last, active));
            }
            algebraic = SectionSize.Largest(algebraic, block.AlgebraicSection(layout, active, last));
        }
        return (prompt, sampling, algebraic, most + Math.Max(GroupRows(plan), Lanes(layout, plan, numbers, active)));
    }

    private static IEnumerable<(int Start, int Count)> Cuts(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active)
    {
        var chunk = Chunk(layout, plan, numbers, active);
        var rows = BlockRows(layout, plan, numbers, active);
        for (var start = plan.FirstRow; start < plan.Rows;)
        {
            var prompt = plan.FirstLogits + 1 - start;
            var size = prompt > 0 ? Math.Max(GroupRows(plan), Math.Min(chunk, prompt)) : rows;
            // A run of guesses lies in one block, so that none begins in the middle of the prompt's last one.
            var count = Math.Min(size, plan.Speculate > 0 && prompt > 0 ? prompt : plan.Rows - start);
            yield return (start, count);
            start += count;
        }
    }

    private static BlockShape Block(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active, int number, int start, int count)
    {
        var steps = new StepShape[count];
        for (var i = 0; i < count; i++)
        {
            var cost = CostArithmetic.Of(layout, plan, numbers, active, start + i);
            steps[i] = StepShape.Of(layout, plan, start + i, cost);
        }
        return new BlockShape(number, steps);
    }
}
