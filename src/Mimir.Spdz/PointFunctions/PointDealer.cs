using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// Makes keys of point functions: the correction words under which two trees, grown from the parties' root seeds, differ by Δ = s₀ ⊕ s₁ along the
/// path and agree everywhere else. A node s with bit t (its lowest) has the children H(s) ⊕ t·CW and H(s) ⊕ s ⊕ t·CW; at a depth with payload
/// it stands for the numbers ±(convert(s) + t·W). One hash for two children. Constant time in masks, payloads and seeds.
/// </summary>
/// <remarks>
/// Sources: Gilboa, Ishai, EUROCRYPT 2014; Boyle, Gilboa, Ishai, CCS 2016; half trees: Guo et al., EUROCRYPT 2023; payload at inner nodes: Boneh et al.,
/// S&amp;P 2021. A conversion falls outside the field with probability 27/2^50; the batch is then made under the next tweak, so that what hides
/// a payload is exactly uniform.
/// </remarks>
internal sealed class PointDealer : IDisposable
{
    private const int SideBySide = 8;
    private const int ElementBits = 50;
    private const double TwoTo52 = 4503599627370496.0;
    private readonly Vector128<byte>[] _nodes = GC.AllocateArray<Vector128<byte>>(2 * SideBySide, pinned: true);
    private readonly Vector128<byte>[] _hashes = GC.AllocateArray<Vector128<byte>>(2 * SideBySide, pinned: true);
    private double[] _macs = [];
    private double[] _numbers = [];

    /// <summary>
    /// One batch: seeds <paramref name="first"/> and <paramref name="second"/> of the two parties (lowest bit 0 and 1), paths from
    /// <paramref name="masks"/>, payloads key by key; MACs under <paramref name="alpha"/> when <paramref name="active"/>.
    /// <paramref name="words"/>: the tweak, then every key's words. <paramref name="elements"/>: every key's payload corrections, then those of the MACs.
    /// </summary>
    public void Deal(
        PointShape shape, ReadOnlySpan<Vector128<byte>> first, ReadOnlySpan<Vector128<byte>> second, ReadOnlySpan<double> masks,
        ReadOnlySpan<double> payload, bool active, double alpha, Span<Vector128<byte>> words, Span<double> elements)
    {
        if (_macs.Length < payload.Length) _macs = new double[payload.Length];
        if (_numbers.Length < 2 * SideBySide * shape.Planes) _numbers = GC.AllocateArray<double>(2 * SideBySide * shape.Planes, pinned: true);
        var macs = _macs.AsSpan(0, payload.Length);
        if (active) FieldVector.Scale(payload, alpha, macs);
        for (ulong tweak = 0; ; tweak++)
        {
            words[0] = Vector128.Create(tweak, 0UL).AsByte();
            var accepted = true;
            for (var at = 0; at < masks.Length; at += SideBySide)
            {
                var count = Math.Min(SideBySide, masks.Length - at);
                for (var k = 0; k < count; k++) (_nodes[k], _nodes[SideBySide + k]) = (first[at + k], second[at + k]);
                accepted &= Grow(
                    shape, tweak, masks.Slice(at, count), payload.Slice(at * shape.Planes, count * shape.Planes), macs.Slice(at * shape.Planes, count * shape.Planes),
                    words.Slice(1 + at * shape.Depth, count * shape.Depth), elements.Slice(at * shape.Planes, count * shape.Planes),
                    active ? elements.Slice(payload.Length + at * shape.Planes, count * shape.Planes) : default);
            }
            if (accepted) return;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.Clear(_nodes);
        Array.Clear(_hashes);
        Array.Clear(_macs);
        Array.Clear(_numbers);
    }

    /// <summary>Up to eight keys side by side; false when a conversion was no field element.</summary>
    private bool Grow(
        PointShape shape, ulong tweak, ReadOnlySpan<double> masks, ReadOnlySpan<double> payload, ReadOnlySpan<double> macs,
        Span<Vector128<byte>> words, Span<double> values, Span<double> authenticators)
    {
        var (active, accepted) = (!authenticators.IsEmpty, true);
        for (int k = 0, entry = 0; k < masks.Length; k++)
            for (var at = 2 * k; at < 2 * SideBySide * shape.Planes; at += 2 * SideBySide, entry++)
                (_numbers[at], _numbers[at + 1]) = (payload[entry], macs[entry]);
        var (depth, plane) = (0, 0);
        foreach (var payloadDepth in shape.Payloads)
        {
            for (; depth < payloadDepth.Depth; depth++) Descend(shape, depth, masks, words);
            for (var end = plane + payloadDepth.Planes; plane < end; plane++)
            {
                PointHash.Convert.Hash(_nodes, Tweak(tweak, plane), _hashes);
                accepted &= Correct(_numbers.AsSpan(2 * SideBySide * plane, 2 * SideBySide), masks.Length, active);
            }
        }
        for (int k = 0, entry = 0; k < masks.Length; k++)
            for (var at = 2 * k; at < 2 * SideBySide * shape.Planes; at += 2 * SideBySide, entry++)
            {
                values[entry] = _numbers[at];
                if (active) authenticators[entry] = _numbers[at + 1];
            }
        return accepted;
    }

    /// <summary>
    /// Values and MACs of the keys in turn become W = ±(number − convert(s₀) + convert(s₁)), negative when the second party's bit is set; false when a conversion that counts was
    /// no field element.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Correct(Span<double> numbers, int keys, bool active)
    {
        ref var number = ref MemoryMarshal.GetReference(numbers);
        ref var hash = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetArrayDataReference(_hashes));
        ref var node = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetArrayDataReference(_nodes));
        var (p, prime) = (Vector512.Create(Field.P), Vector512.Create(Field.Prime));
        var counted = Vector512.Create(-1L, active ? -1 : 0, -1, active ? -1 : 0, -1, active ? -1 : 0, -1, active ? -1 : 0);
        var refused = Vector512<long>.Zero;
        for (nuint i = 0; i < 2 * SideBySide; i += (nuint)Vector512<long>.Count)
        {
            var low = Vector512.Create((1L << ElementBits) - 1);
            var (a, b) = (Vector512.LoadUnsafe(ref hash, i) & low, Vector512.LoadUnsafe(ref hash, 2 * SideBySide + i) & low);
            var real = Vector512.LessThan(Vector512.Create(0L, 0, 1, 1, 2, 2, 3, 3), Vector512.Create((long)keys - (long)i / 2)) & counted;
            refused |= Vector512.GreaterThanOrEqual(Vector512.Max(a, b), prime) & real;
            var bits = NodeLanes.First(Vector512.LoadUnsafe(ref node, 2 * SideBySide + i));
            var w = Vector512.LoadUnsafe(ref number, i) - Double(a) + Double(b);
            w = (w.AsInt64() ^ Vector512.ShiftLeft(bits, 63)).AsDouble();
            // In (−2p, 2p), from both sides.
            w = AddWhereNegative(AddWhereNegative(w, p), p);
            AddWhereNegative(w - p, p).StoreUnsafe(ref number, i);
        }
        return refused == Vector512<long>.Zero;
    }

    private static Vector512<double> Double(Vector512<long> x) => (x | Vector512.Create(TwoTo52).AsInt64()).AsDouble() - Vector512.Create(TwoTo52);

    private static Vector512<double> AddWhereNegative(Vector512<double> x, Vector512<double> p) =>
        x + Vector512.BitwiseAnd(Vector512.LessThan(x, Vector512<double>.Zero), p);

    /// <summary>One depth down along every path; writes the words that the other children agree under.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend(PointShape shape, int depth, ReadOnlySpan<double> masks, Span<Vector128<byte>> words)
    {
        PointHash.Grow.Hash(_nodes, 0, _hashes);
        unchecked
        {
            var shift = shape.LowBit + shape.Depth - 1 - depth;
            for (var k = 0; k < masks.Length; k++)
            {
                var right = Mask(((long)masks[k] >> shift) & 1);
                var (s0, s1, h0, h1) = (_nodes[k], _nodes[SideBySide + k], _hashes[k], _hashes[SideBySide + k]);
                var word = h0 ^ h1 ^ Vector128.AndNot(s0 ^ s1, right);
                words[k * shape.Depth + depth] = word;
                _nodes[k] = h0 ^ (word & BitMask(s0)) ^ (s0 & right);
                _nodes[SideBySide + k] = h1 ^ (word & BitMask(s1)) ^ (s1 & right);
            }
        }
    }

    /// <summary>The conversion's tweak: the batch's, and which plane of the key.</summary>
    internal static ulong Tweak(ulong batch, int plane) => (batch << 32) | (uint)plane;

    /// <summary>All ones when the node's bit is set.</summary>
    private static Vector128<byte> BitMask(Vector128<byte> node) => Mask((long)(node.AsUInt64().ToScalar() & 1));

    private static Vector128<byte> Mask(long bit) => Vector128.Create(-bit).AsByte();
}
