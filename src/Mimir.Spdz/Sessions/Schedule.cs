using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Sessions;

/// <summary>How a session's steps are cut into blocks and runs; the same for dealer and parties, from public shapes only.</summary>
public static class Schedule
{
    /// <summary>What the step sections of one chunk may take at the party that receives most: a quarter of a gigabyte, and as much again for the next one.</summary>
    private const long ChunkBytes = 1L << 28;

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

    /// <summary>Rows dealt together after the prompt: <see cref="SessionPlan.BlockSteps"/>, rounded up to whole runs.</summary>
    public static int BlockRows(SessionPlan plan) => (plan.BlockSteps + plan.Speculate) / (plan.Speculate + 1) * (plan.Speculate + 1);

    /// <summary>All blocks in order, counted one block at a time: chunks of the prompt first (none smaller than other blocks), then <see cref="BlockRows"/> each.</summary>
    public static IEnumerable<BlockShape> Blocks(ModelLayout layout, SessionPlan plan, Numbers numbers, bool active)
    {
        var number = 0;
        foreach (var (start, count) in Cuts(plan, Chunk(layout, plan, numbers, active)))
            yield return Block(layout, plan, numbers, active, number++, start, count);
    }

    /// <summary>
    /// What of a block runs in lockstep, as indices into its steps: chunks of certain prompt positions, of which only the last can sample; then one by one, or
    /// as many as the owner puts in at a time.
    /// </summary>
    public static IEnumerable<(int First, int Count)> Runs(BlockShape block, SessionPlan plan, int chunk)
    {
        for (var i = 0; i < block.Steps.Count;)
        {
            var certain = Math.Min(plan.FirstLogits + 1 - block.Steps[i].Row, block.Steps.Count - i);
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
        var cuts = Cuts(plan, Chunk(layout, plan, numbers, active)).ToArray();
        var most = cuts.Max(c => c.Count);
        SectionSize prompt = default, sampling = default, algebraic = default;
        foreach (var (start, count) in cuts)
        {
            var block = Block(layout, plan, numbers, active, 0, start, count);
            foreach (var step in block.Steps)
            {
                ref var kind = ref step.Logits ? ref sampling : ref prompt;
                kind = SectionSize.Largest(kind, step.Cost.Section(last, active));
            }
            algebraic = SectionSize.Largest(algebraic, block.AlgebraicSection(layout, active, last));
        }
        return (prompt, sampling, algebraic, most + Lanes(layout, plan, numbers, active));
    }

    private static IEnumerable<(int Start, int Count)> Cuts(SessionPlan plan, int chunk)
    {
        for (var start = plan.FirstRow; start < plan.Rows;)
        {
            var prompt = plan.FirstLogits + 1 - start;
            var size = Math.Max(BlockRows(plan), Math.Min(chunk, prompt));
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
