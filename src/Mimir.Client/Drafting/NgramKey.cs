namespace Mimir.Client.Drafting;

/// <summary>A fingerprint of the last tokens of a text: 64 bits, of which a table keeps 32. Equal fingerprints of different texts are rare, and harmless.</summary>
public static class NgramKey
{
    /// <summary>The fingerprint of no tokens.</summary>
    public const ulong Empty = 0x9E3779B97F4A7C15;

    /// <summary>The fingerprint with one more token to the left (constants of Vigna's splitmix64.c).</summary>
    public static ulong Prepend(ulong key, int token)
    {
        unchecked
        {
            var z = key ^ ((ulong)(uint)token + 1) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 29)) * 0x94D049BB133111EB;
            return z ^ (z >> 32);
        }
    }
}
