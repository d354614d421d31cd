namespace Mimir.Trust.Tests.Attestation;

/// <summary>One flipped bit at a time.</summary>
internal static class Flips
{
    /// <summary>Copies of <paramref name="bytes"/> with one bit flipped in each byte from <paramref name="start"/> on; which bit, moves on from byte to byte.</summary>
    public static IEnumerable<(int Index, byte[] Bytes)> Each(byte[] bytes, int start = 0, int? length = null)
    {
        for (var i = start; i < start + (length ?? bytes.Length - start); i++)
        {
            var copy = (byte[])bytes.Clone();
            copy[i] ^= (byte)(1 << (i % 8));
            yield return (i, copy);
        }
    }
}
