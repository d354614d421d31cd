namespace Mimir.Models.Transformers;

/// <summary>What may differ between the attention of two blocks; public.</summary>
/// <param name="Window">Positions that a query sees, its own included; 0: all.</param>
/// <param name="Rotary">Index in <see cref="ModelLayout.Rotaries"/>; −1: queries and keys are not turned.</param>
public readonly record struct LayerAttention(int Window, int Rotary)
{
    /// <summary>The whole context, no rotation.</summary>
    public static LayerAttention Plain { get; } = new(0, -1);

    /// <summary>The first of <paramref name="cached"/> positions that the last one sees.</summary>
    public int First(int cached) => Window > 0 ? Math.Max(0, cached - Window) : 0;
}
