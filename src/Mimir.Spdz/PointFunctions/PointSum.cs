using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.PointFunctions;

/// <summary>
/// Σ c_i·(convert(s_i) + t_i·W) over nodes, for values and MACs together: lanes hold a node's value and its MAC in turn. Products are exact, as in
/// <see cref="FieldVector"/>: h = fma(c, x, C1) and l = fma(c, x, C1 + C2 − h) with |c| &lt; 2^50 and x &lt; 2^51. Constant time.
/// </summary>
internal struct PointSum
{
    /// <summary>Nodes per vector.</summary>
    public const int Lanes = 4;

    private const double C2 = 6755399441055744.0;
    private const double C1 = C2 * 2251799813685248.0;
    private const double TwoTo52 = 4503599627370496.0;
    private Vector512<long> _high;
    private Vector512<long> _low;
    private long _terms;

    /// <summary>
    /// Adds the nodes' numbers times <paramref name="combination"/>, whose length is a multiple of 4 and which is zero where there is no node; nodes and
    /// hashes are readable that far.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(
        ReadOnlySpan<Vector128<byte>> nodes, ReadOnlySpan<Vector128<byte>> hashes, ReadOnlySpan<double> combination, (double Value, double Mac) correction)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(combination.Length, Math.Min(nodes.Length, hashes.Length));
        ref var node = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetReference(nodes));
        ref var hash = ref Unsafe.As<Vector128<byte>, long>(ref MemoryMarshal.GetReference(hashes));
        ref var factor = ref MemoryMarshal.GetReference(combination);
        var w = Vector512.Create(Vector128.Create(correction.Value, correction.Mac)).AsInt64();
        var (high, low) = (_high, _low);
        var mask = Vector512.Create((1L << 50) - 1);
        var exponent = Vector512.Create(TwoTo52).AsInt64();
        Vector512<double> magic = Vector512.Create(TwoTo52), c1 = Vector512.Create(C1), c12 = Vector512.Create(C1 + C2);
        for (nuint i = 0; i + Lanes <= (nuint)combination.Length; i += Lanes)
        {
            var bits = NodeLanes.First(Vector512.LoadUnsafe(ref node, 2 * i)) & Vector512<long>.One;
            var corrections = w & (Vector512<long>.Zero - bits);
            var converted = ((Vector512.LoadUnsafe(ref hash, 2 * i) & mask) | exponent).AsDouble() - magic;
            var x = converted + corrections.AsDouble();
            var c = NodeLanes.Twice(Vector256.LoadUnsafe(ref factor, i));
            var h = Vector512.FusedMultiplyAdd(c, x, c1);
            var l = Vector512.FusedMultiplyAdd(c, x, c12 - h);
            high += h.AsInt64();
            low += l.AsInt64();
        }
        (_high, _low) = (high, low);
        _terms += combination.Length;
    }

    /// <summary>The sums as party <paramref name="party"/>'s numbers.</summary>
    public readonly (double Value, double Mac) Finish(int party)
    {
        unchecked
        {
            var (high, low) = (Halves(_high), Halves(_low));
            long highBias = _terms * BitConverter.DoubleToInt64Bits(C1), lowBias = _terms * BitConverter.DoubleToInt64Bits(C2), sign = -party;
            return (
                Reduce(high.ToScalar() - highBias, low.ToScalar() - lowBias, sign),
                Reduce(high.GetElement(1) - highBias, low.GetElement(1) - lowBias, sign));
        }
    }

    /// <summary>An integer sum of a party's nodes as its number.</summary>
    public static double Reduce(long sum, int party)
    {
        long sign = -party;
        return Field.Reduce(unchecked((sum ^ sign) - sign));
    }

    private static Vector128<long> Halves(Vector512<long> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return four.GetLower() + four.GetUpper();
    }

    /// <summary>±(2^51·high + low) mod p; 2^51 ≡ 54.</summary>
    private static double Reduce(long high, long low, long sign)
    {
        var sum = unchecked(((long)Field.Reduce(high) * 54) + low);
        return Field.Reduce(unchecked((sum ^ sign) - sign));
    }
}
