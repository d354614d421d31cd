using Mimir.Numerics;

namespace Mimir.Models.Transformers;

/// <summary>
/// A rotary position embedding, public. The first <see cref="Rotated"/> elements of every head are turned in pairs (j, j + Rotated/2) by the angle
/// position·θ_j and multiplied by <see cref="Scale"/>; the rest of a head stays as it is.
/// </summary>
public sealed class RotaryTable
{
    private readonly double[] _frequencies;

    /// <summary>Whole heads with θ_j = base^(−2j/headSize).</summary>
    public RotaryTable(int headSize, double thetaBase) : this(headSize, thetaBase, Plain(headSize, thetaBase), 1)
    {
    }

    /// <summary>Any frequencies, one for every pair of the first 2·count elements of a head.</summary>
    public RotaryTable(int headSize, double thetaBase, IReadOnlyList<double> frequencies, double scale) =>
        (HeadSize, Base, _frequencies, Scale) = (headSize, thetaBase, [.. frequencies], scale);

    /// <summary>Elements of one head.</summary>
    public int HeadSize { get; }

    /// <summary>What the frequencies were made from, for people.</summary>
    public double Base { get; }

    /// <summary>θ_j in radians per position.</summary>
    public IReadOnlyList<double> Frequencies => _frequencies;

    /// <summary>Attention factor on rotated elements (1: none).</summary>
    public double Scale { get; }

    /// <summary>Leading elements of a head that are turned.</summary>
    public int Rotated => 2 * _frequencies.Length;

    /// <summary>base^(−2j/rotated) for j &lt; rotated/2.</summary>
    public static double[] Plain(int rotated, double thetaBase)
    {
        var frequencies = new double[rotated / 2];
        for (var j = 0; j < frequencies.Length; j++) frequencies[j] = Elementary.Power(thetaBase, -2.0 * j / rotated);
        return frequencies;
    }

    /// <summary>
    /// Element <paramref name="element"/> of a turned head is cosine·x[element] + sine·x[partner]: rotate_half of Hugging Face, whose first half has the
    /// negative sine.
    /// </summary>
    public (double Cosine, double Sine, int Partner) At(int position, int element)
    {
        var half = _frequencies.Length;
        if (element >= 2 * half) return (1, 0, element);
        var first = element < half;
        var angle = position * _frequencies[first ? element : element - half];
        var sine = Scale * Elementary.Sin(angle);
        return (Scale * Elementary.Cos(angle), first ? -sine : sine, first ? element + half : element - half);
    }
}
