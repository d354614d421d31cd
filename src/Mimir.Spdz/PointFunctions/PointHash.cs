using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// H(x) = π(σ(x) ⊕ tweak) ⊕ σ(x) for a fixed-key AES permutation π and σ(l, r) = (l ⊕ r, l): hashes seeds whose two versions differ by a
/// secret Δ (circular correlation robust for a random permutation). Two permutations: one grows trees, one turns nodes into numbers.
/// Constant time. Source: Guo, Katz, Wang, Yu, "Efficient and secure multiparty computation from fixed-key block ciphers", S&amp;P 2020.
/// </summary>
/// <remarks>
/// Two keys under guesses of one Δ each: distinguishing K keys with Q evaluations of π succeeds with probability about K·Q/2^127.
/// </remarks>
internal abstract class PointHash
{
    /// <summary>Grows trees. The permutations' keys are the fractional digits of π in hexadecimal: nothing was chosen.</summary>
    public static PointHash Grow { get; } = Create([0x24, 0x3f, 0x6a, 0x88, 0x85, 0xa3, 0x08, 0xd3, 0x13, 0x19, 0x8a, 0x2e, 0x03, 0x70, 0x73, 0x44]);

    /// <summary>Turns nodes into numbers.</summary>
    public static PointHash Convert { get; } = Create([0xa4, 0x09, 0x38, 0x22, 0x29, 0x9f, 0x31, 0xd0, 0x08, 0x2e, 0xfa, 0x98, 0xec, 0x4e, 0x6c, 0x89]);

    /// <summary>y_i = H(x_i). Equal lengths; the spans must not overlap.</summary>
    public abstract void Hash(ReadOnlySpan<Vector128<byte>> x, ulong tweak, Span<Vector128<byte>> y);

    /// <summary>σ(l, r) = (l ⊕ r, l), a linear orthomorphism.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static Vector128<byte> Sigma(Vector128<byte> x)
    {
        var words = x.AsUInt64();
        return (Vector128.Shuffle(words, Vector128.Create(1UL, 0UL)) ^ (words & Vector128.Create(0UL, ulong.MaxValue))).AsByte();
    }

    private static PointHash Create(byte[] key) => AesInstructionHash.IsSupported ? new AesInstructionHash(key) : new PortableHash(key);
}
