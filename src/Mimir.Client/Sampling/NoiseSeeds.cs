using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mimir.Client.Sampling;

/// <summary>Seeds of several texts from one: seed_0 = seed, seed_j = the first 8 bytes of SHA-256("mimir text" ‖ seed ‖ j), little-endian.</summary>
public static class NoiseSeeds
{
    /// <summary>The seed of text <paramref name="number"/>.</summary>
    public static long Of(long seed, int number)
    {
        if (number == 0) return seed;
        Span<byte> input = stackalloc byte[22];
        "mimir text"u8.CopyTo(input);
        BinaryPrimitives.WriteInt64LittleEndian(input[10..], seed);
        BinaryPrimitives.WriteInt32LittleEndian(input[18..], number);
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(input));
    }
}
