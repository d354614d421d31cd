using Mimir.Spdz.Blocks;

namespace Mimir.Spdz.Sessions;

/// <summary>Steps of a block whose sections are dealt, audited and accepted together, as indices into its steps.</summary>
public readonly record struct StepGroup(int First, int Count)
{
    /// <summary>Behind its last step.</summary>
    public int End => First + Count;
}

/// <summary>A group of <paramref name="Block"/>'s steps that may be used: their sections have been accepted, the block's algebra has been sacrificed.</summary>
internal readonly record struct ReadySteps(PartyBlock Block, StepGroup Group)
{
    /// <summary>Whether the block is used up after it.</summary>
    public bool Last => Group.End == Block.Shape.Steps.Count;
}
