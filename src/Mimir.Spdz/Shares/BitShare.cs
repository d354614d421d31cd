using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mimir.Spdz.Shares;

/// <summary>
/// One of two parties' part of a vector of bits e, each with a MAC under a key Δ of its own: v_i with v₀ ⊕ v₁ = e·Δ, whose lowest bit is the share of e because
/// Δ's is 1, and s_i with s₀ ⊕ s₁ = Δ (<see cref="PointFunctions.BitKeys"/>). Made to be opened (<see cref="Opening.Opener.OpenBitsAsync"/>).
/// </summary>
public readonly struct BitShare
{
    private readonly Memory<double> _answers;
    private readonly Memory<double> _roots;

    /// <summary>Two elements of memory a block.</summary>
    internal BitShare(Memory<double> answers, Memory<double> roots) => (_answers, _roots) = (answers, roots);

    /// <summary>Number of bits.</summary>
    public int Length => _answers.Length / 2;

    /// <summary>v_i. Secret.</summary>
    internal Span<Vector128<byte>> Answers => MemoryMarshal.Cast<double, Vector128<byte>>(_answers.Span);

    /// <summary>s_i. Secret.</summary>
    internal ReadOnlySpan<Vector128<byte>> Roots => MemoryMarshal.Cast<double, Vector128<byte>>(_roots.Span);

    /// <summary>The shares of the bits, eight a byte.</summary>
    internal void Pack(Span<byte> bits)
    {
        var answers = Answers;
        bits.Clear();
        for (var j = 0; j < answers.Length; j++) bits[j >> 3] |= (byte)((answers[j].AsUInt64().ToScalar() & 1) << (j & 7));
    }

    /// <summary>
    /// e = mine ⊕ theirs as 0 or 1, and the answers become the tags v_i ⊕ e·s_i, which both parties have alike. False when there is something behind the last bit.
    /// </summary>
    internal bool TryOpen(ReadOnlySpan<byte> mine, ReadOnlySpan<byte> theirs, Span<double> opened)
    {
        var answers = Answers;
        var roots = Roots;
        if ((Length & 7) != 0 && theirs[^1] >> (Length & 7) != 0) return false;
        for (var j = 0; j < opened.Length; j++)
        {
            var e = ((mine[j >> 3] ^ theirs[j >> 3]) >> (j & 7)) & 1;
            opened[j] = e;
            answers[j] ^= roots[j] & Vector128.Create((long)-e).AsByte();
        }
        return true;
    }
}
