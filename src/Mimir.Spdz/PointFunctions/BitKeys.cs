using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics.Threads;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// One party's keys of comparisons whose covered answer is opened: e = [c &lt; R] ⊕ ρ for a public c, with R and ρ known to the dealer only. The trees are those of
/// <see cref="PointDealer"/>, but no node stands for numbers: the nodes are the answer. With Δ = s₀ ⊕ s₁ of a key, both parties' versions of a
/// node differ by Δ on R's path and not at all beside it. R is larger than c exactly if its path leaves c's to the right, so
/// <code>
/// a_i = XOR of the right children of c's path, at every depth where c goes left;   a₀ ⊕ a₁ = [c &lt; R]·Δ
/// v_i = a_i ⊕ H'(s_i) ⊕ i·W,   W = H'(s₀) ⊕ H'(s₁) ⊕ ρ·Δ;                          v₀ ⊕ v₁ = e·Δ
/// </code>
/// Δ's lowest bit is 1: the lowest bits of v_i are shares of e, and v_i with the root s_i, a share of Δ, is its MAC of 127 bits (<see cref="Opening.Opener"/>).
/// One hash a depth, where numbers at nodes take five. Learned: nothing; e, once opened, is uniform because ρ is.
/// </summary>
/// <remarks>
/// Control bits as shares of prefix parities: Storrier, Vadapalli, Lyons, Henry, "Grotto", CCS 2023; that nodes of half trees (Guo et al., EUROCRYPT 2023) authenticate them is ours.
/// Which nodes a party grows depends on c alone; constant time in seeds, masks and ρ.
/// </remarks>
internal readonly ref struct BitKeys
{
    // Hashes in flight; the dealer hashes two trees.
    private const int SideBySide = 16;
    private const int DealtSideBySide = 8;

    // About 20 µs: below that, waking a thread costs more than it saves.
    private const int LeastKeys = 256;
    private const ulong CoverTweak = 0;

    /// <summary><paramref name="party"/> is 0 or 1; <paramref name="words"/>: key by key, from the root down, then the cover W.</summary>
    public BitKeys(BitShape shape, int party, ReadOnlySpan<Vector128<byte>> roots, ReadOnlySpan<Vector128<byte>> words)
    {
        (Shape, Party) = (shape, party);
        Roots = roots;
        Words = words;
    }

    /// <summary>What all keys look like.</summary>
    public BitShape Shape { get; }

    /// <summary>0 or 1.</summary>
    public int Party { get; }

    /// <summary>s_i, one a key. Secret.</summary>
    public ReadOnlySpan<Vector128<byte>> Roots { get; }

    /// <summary>Every key's words; the same for both parties.</summary>
    public ReadOnlySpan<Vector128<byte>> Words { get; }

    /// <summary>v_i of every key for its public c.</summary>
    public void Answer(ReadOnlySpan<double> c, Span<Vector128<byte>> answers)
    {
        var parts = ThreadTeam.Shared.Parts(Roots.Length, LeastKeys);
        Answering work = new(this, c, answers, parts);
        ThreadTeam.Shared.Run(ref work, parts);
    }

    /// <summary>
    /// Words for both parties' roots <paramref name="first"/> and <paramref name="second"/> (lowest bits 0 and 1), the masks R and ρ = <paramref name="covers"/>, 0 or 1.
    /// </summary>
    public static void Deal(
        BitShape shape, ReadOnlySpan<Vector128<byte>> first, ReadOnlySpan<Vector128<byte>> second, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers,
        Span<Vector128<byte>> words)
    {
        var parts = ThreadTeam.Shared.Parts(first.Length, LeastKeys);
        Dealing work = new(shape, first, second, masks, covers, words, parts);
        ThreadTeam.Shared.Run(ref work, parts);
    }

    /// <summary>
    /// For an audit, which has opened R and ρ: everything that an honestly dealt key makes the same for both parties, in one row of <see cref="BitShape.WordsPerKey"/> a key: each
    /// sibling of R's path (then everything below it cancels, and the path's nodes differ by Δ), and H'(s_i) ⊕ i·W ⊕ ρ·s_i.
    /// </summary>
    public void Follow(ReadOnlySpan<double> masks, ReadOnlySpan<double> covers, Span<Vector128<byte>> alike)
    {
        Span<Vector128<byte>> node = stackalloc Vector128<byte>[1], hash = stackalloc Vector128<byte>[1];
        for (var k = 0; k < Roots.Length; k++)
        {
            node[0] = Roots[k];
            var words = Words.Slice(k * Shape.WordsPerKey, Shape.WordsPerKey);
            var row = alike.Slice(k * Shape.WordsPerKey, Shape.WordsPerKey);
            for (var depth = 0; depth < Shape.Depth; depth++)
            {
                PointHash.Grow.Hash(node, 0, hash);
                var right = Mask(((long)masks[k] >> (Shape.LowBit + Shape.Depth - 1 - depth)) & 1);
                var left = hash[0] ^ (words[depth] & BitMask(node[0]));
                row[depth] = left ^ Vector128.AndNot(node[0], right);
                node[0] = left ^ (node[0] & right);
            }
            PointHash.Convert.Hash(Roots.Slice(k, 1), CoverTweak, hash);
            row[Shape.Depth] = hash[0] ^ (words[Shape.Depth] & Mask(Party)) ^ (Roots[k] & Mask((long)covers[k]));
        }
    }

    /// <summary>Some keys, followed along their public c.</summary>
    private readonly ref struct Answering(BitKeys keys, ReadOnlySpan<double> c, Span<Vector128<byte>> answers, int parts) : IPartedWork
    {
        private readonly BitKeys _keys = keys;
        private readonly ReadOnlySpan<double> _c = c;
        private readonly Span<Vector128<byte>> _answers = answers;

        public void Run(int part)
        {
            Span<Vector128<byte>> nodes = stackalloc Vector128<byte>[SideBySide], hashes = stackalloc Vector128<byte>[SideBySide];
            int at = ThreadTeam.Start(part, parts, _keys.Roots.Length, SideBySide), end = ThreadTeam.Start(part + 1, parts, _keys.Roots.Length, SideBySide);
            for (; at < end; at += SideBySide)
            {
                var count = Math.Min(SideBySide, end - at);
                var sums = _answers.Slice(at, count);
                _keys.Roots.Slice(at, count).CopyTo(nodes);
                PointHash.Convert.Hash(nodes[..count], CoverTweak, sums);
                for (var depth = 0; depth < _keys.Shape.Depth; depth++)
                {
                    PointHash.Grow.Hash(nodes[..count], 0, hashes[..count]);
                    Descend(at, count, depth, nodes, hashes, sums);
                }
                for (var k = 0; k < count; k++) sums[k] ^= _keys.Words[(at + k) * _keys.Shape.WordsPerKey + _keys.Shape.Depth] & Mask(_keys.Party);
            }
            nodes.Clear();
            hashes.Clear();
        }

        /// <summary>One depth down along every c; where c goes left, the right child joins the sum.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Descend(int at, int count, int depth, Span<Vector128<byte>> nodes, ReadOnlySpan<Vector128<byte>> hashes, Span<Vector128<byte>> sums)
        {
            unchecked
            {
                var shift = _keys.Shape.LowBit + _keys.Shape.Depth - 1 - depth;
                nuint stride = (nuint)_keys.Shape.WordsPerKey;
                ref var word = ref Unsafe.Add(ref MemoryMarshal.GetReference(_keys.Words), (nuint)at * stride + (nuint)depth);
                ref var c = ref Unsafe.Add(ref MemoryMarshal.GetReference(_c), at);
                ref var node = ref MemoryMarshal.GetReference(nodes);
                ref var hash = ref MemoryMarshal.GetReference(hashes);
                ref var sum = ref MemoryMarshal.GetReference(sums);
                for (nuint k = 0; k < (nuint)count; k++)
                {
                    var seed = Unsafe.Add(ref node, k);
                    var goesRight = Mask(((long)Unsafe.Add(ref c, k) >> shift) & 1);
                    var left = Unsafe.Add(ref hash, k) ^ (Unsafe.Add(ref word, k * stride) & BitMask(seed));
                    Unsafe.Add(ref sum, k) ^= Vector128.AndNot(left ^ seed, goesRight);
                    Unsafe.Add(ref node, k) = left ^ (seed & goesRight);
                }
            }
        }
    }

    /// <summary>Some keys, made along their masks.</summary>
    private readonly ref struct Dealing(
        BitShape shape, ReadOnlySpan<Vector128<byte>> first, ReadOnlySpan<Vector128<byte>> second, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers,
        Span<Vector128<byte>> words, int parts) : IPartedWork
    {
        private readonly ReadOnlySpan<Vector128<byte>> _first = first;
        private readonly ReadOnlySpan<Vector128<byte>> _second = second;
        private readonly ReadOnlySpan<double> _masks = masks;
        private readonly ReadOnlySpan<double> _covers = covers;
        private readonly Span<Vector128<byte>> _words = words;

        public void Run(int part)
        {
            Span<Vector128<byte>> nodes = stackalloc Vector128<byte>[2 * DealtSideBySide], hashes = stackalloc Vector128<byte>[2 * DealtSideBySide];
            nodes.Clear();
            int at = ThreadTeam.Start(part, parts, _first.Length, DealtSideBySide), end = ThreadTeam.Start(part + 1, parts, _first.Length, DealtSideBySide);
            for (; at < end; at += DealtSideBySide)
            {
                var count = Math.Min(DealtSideBySide, end - at);
                _first.Slice(at, count).CopyTo(nodes);
                _second.Slice(at, count).CopyTo(nodes[DealtSideBySide..]);
                var own = _words.Slice(at * shape.WordsPerKey, count * shape.WordsPerKey);
                PointHash.Convert.Hash(nodes, CoverTweak, hashes);
                for (var k = 0; k < count; k++)
                {
                    var delta = nodes[k] ^ nodes[DealtSideBySide + k];
                    own[k * shape.WordsPerKey + shape.Depth] = hashes[k] ^ hashes[DealtSideBySide + k] ^ (delta & Mask((long)_covers[at + k]));
                }
                for (var depth = 0; depth < shape.Depth; depth++)
                {
                    PointHash.Grow.Hash(nodes, 0, hashes);
                    Descend(_masks.Slice(at, count), depth, nodes, hashes, own);
                }
            }
            nodes.Clear();
            hashes.Clear();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Descend(ReadOnlySpan<double> masks, int depth, Span<Vector128<byte>> nodes, ReadOnlySpan<Vector128<byte>> hashes, Span<Vector128<byte>> words)
        {
            unchecked
            {
                var shift = shape.LowBit + shape.Depth - 1 - depth;
                for (var k = 0; k < masks.Length; k++)
                {
                    var right = Mask(((long)masks[k] >> shift) & 1);
                    var (s0, s1, h0, h1) = (nodes[k], nodes[DealtSideBySide + k], hashes[k], hashes[DealtSideBySide + k]);
                    var word = h0 ^ h1 ^ Vector128.AndNot(s0 ^ s1, right);
                    words[k * shape.WordsPerKey + depth] = word;
                    nodes[k] = h0 ^ (word & BitMask(s0)) ^ (s0 & right);
                    nodes[DealtSideBySide + k] = h1 ^ (word & BitMask(s1)) ^ (s1 & right);
                }
            }
        }
    }

    /// <summary>All ones when the node's bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> BitMask(Vector128<byte> node) =>
        Vector128.Subtract(Vector128<long>.Zero, Vector128.Shuffle(node.AsInt64(), Vector128<long>.Zero) & Vector128<long>.One).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Mask(long bit) => Vector128.Create(unchecked(-bit)).AsByte();
}
