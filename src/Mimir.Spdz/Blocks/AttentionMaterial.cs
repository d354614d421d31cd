using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Blocks;

/// <summary>One party's dealt part of one layer's two attention products in one step.</summary>
/// <param name="Query">⟦b_q⟧, heads × headSize.</param>
/// <param name="Scores">⟦B_K·b_q⟧, heads × positions.</param>
/// <param name="Weights">⟦b_p⟧, heads × positions.</param>
/// <param name="Mix">⟦B_Vᵀ·b_p⟧, heads × headSize.</param>
public sealed record AttentionMaterial(Share Query, Share Scores, Share Weights, Share Mix);

/// <summary>One party's dealt part of one matrix product in one step.</summary>
/// <param name="Input">⟦b⟧.</param>
/// <param name="Offset">E·[b]_i + [A·b]_i, computed ahead.</param>
public sealed record ProductMaterial(Share Input, Memory<double> Offset);
