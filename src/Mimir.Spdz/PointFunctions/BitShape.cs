namespace Mimir.Spdz.PointFunctions;

/// <summary>The public shape of a key for [c &lt; R] over bits [<paramref name="LowBit"/>, LowBit + <paramref name="Depth"/>) of a public c and a secret mask R, see <see cref="BitKeys"/>.</summary>
/// <param name="LowBit">Lowest bit compared.</param>
/// <param name="Depth">Bits compared: depth of the mask's tree.</param>
internal readonly record struct BitShape(int LowBit, int Depth)
{
    /// <summary>16-byte words of a key: one a depth, and the one that covers the answer.</summary>
    public int WordsPerKey => Depth + 1;
}
