namespace Mimir.Models.Transformers;

/// <summary>Frequencies of the rotary position embedding: θ_j = base^(−2j/headSize), j &lt; headSize/2. Public.</summary>
public sealed class RotaryTable(int headSize, double thetaBase)
{
    /// <summary>Elements of one head.</summary>
    public int HeadSize { get; } = headSize;

    /// <summary>Angle in radians of pair <paramref name="j"/> (elements j and j + headSize/2) at <paramref name="position"/>.</summary>
    public double Angle(int position, int j) => position * Math.Pow(thetaBase, -2.0 * j / HeadSize);
}
