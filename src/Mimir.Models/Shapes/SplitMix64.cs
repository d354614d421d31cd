namespace Mimir.Models.Shapes;

/// <summary>
/// A small deterministic generator for weights of measurements: the same numbers on every machine. Not for anything secret.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants of Vigna's splitmix64.c.
/// </summary>
public struct SplitMix64(ulong seed)
{
    // Four uniform 16-bit numbers added have standard deviation √(4·(2^32 − 1)/12).
    private const double SumDeviation = 37837.22723720648;
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Mean 0, standard deviation 1, nearly Gaussian (a sum of four uniform numbers), within ±3.5.</summary>
    public double NextNormal()
    {
        var bits = Next();
        var sum = (long)(bits & 0xFFFF) + (long)((bits >> 16) & 0xFFFF) + (long)((bits >> 32) & 0xFFFF) + (long)(bits >> 48);
        return (sum - 2.0 * 0xFFFF) / SumDeviation;
    }
}
