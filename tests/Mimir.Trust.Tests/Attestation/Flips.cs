namespace Mimir.Trust.Tests.Attestation;

/// <summary>One flipped bit at a time.</summary>
internal static class Flips
{
    /// <summary>Copies of <paramref name="bytes"/> with one bit flipped in every <paramref name="step"/>th byte of the first <paramref name="length"/>; which bit, moves on.</summary>
    public static IEnumerable<(int Index, byte[] Bytes)> Each(byte[] bytes, int? length = null, int step = 1)
    {
        for (var (i, bit) = (0, 0); i < (length ?? bytes.Length); i += step, bit++)
        {
            var copy = (byte[])bytes.Clone();
            copy[i] ^= (byte)(1 << (bit % 8));
            yield return (i, copy);
        }
    }
}
