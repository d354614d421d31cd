using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The public linear combination that a masked spline takes of what was dealt. For the opened c = x + R: piece v of the mask means the
/// polynomial of j = (c_top − v), at τ = δ − u with u = R_low/2^s − ½ (dealt, in powers) and δ = c_low/2^s − (centre of its cell), public. So
/// f = Σ_v Σ_i β_i(j)·T_i[v], β_i(j) = (−1)^i Σ_{k≥i} C(k,i)·a_jk·δ^(k−i), T_i[v] = 1[R_top = v]·u^i.
/// </summary>
/// <remarks>
/// Plain multiply and add only, never fused: every processor must round alike, because all parties must use the same combination.
/// Everything but <see cref="Entries"/> is public.
/// </remarks>
internal sealed class SplineKernel
{
    private const int Lanes = 8;
    private readonly SplineLevel _level;
    private readonly SplinePlane[] _planes;
    private readonly double[][][] _reversed;
    private readonly double[][] _weights;
    private readonly double _unit;

    public SplineKernel(SplineLevel level, int outputBits)
    {
        (_level, _planes) = (level, [.. level.Planes]);
        _unit = Math.ScaleB(1, -level.WidthBits);
        _weights = [.. level.Planes.Select(p => Enumerable.Range(p.Power, level.Degree - p.Power + 1)
            .Select(k => Math.ScaleB((p.Power % 2 == 0 ? 1 : -1) * Binomial(k, p.Power), outputBits - p.Bits)).ToArray())];
        _reversed = new double[level.Cells][][];
        for (var cell = 0; cell < level.Cells; cell++)
        {
            _reversed[cell] = new double[level.Degree + 1][];
            for (var k = 0; k <= level.Degree; k++)
            {
                var window = _reversed[cell][k] = new double[2 * level.Pieces + Lanes];
                for (var x = 0; x < 2 * level.Pieces; x++) window[x] = level.Coefficients[cell][(2 * level.Pieces - x) % level.Pieces][k];
            }
        }
    }

    /// <summary>Whose kernel this is.</summary>
    public SplineLevel Level => _level;

    /// <summary>Numbers a piece.</summary>
    public int Planes => _planes.Length;

    /// <summary>Elements of a combination between planes of <paramref name="count"/> pieces.</summary>
    public static int Stride(int count) => (count + Lanes - 1) & ~(Lanes - 1);

    /// <summary>(c_top, c_low): piece and place in units of c, counted from the level's left edge. The piece is not reduced.</summary>
    public (long Piece, long Place) Locate(long c)
    {
        var y = unchecked(c - _level.Low);
        return (y >> _level.WidthBits, y & ((1L << _level.WidthBits) - 1));
    }

    /// <summary>
    /// β for <paramref name="count"/> pieces from <paramref name="piece"/> (below 2^31, modulo <see cref="SplineLevel.Pieces"/>) downwards, integers of either sign, plane after
    /// plane, each taking <see cref="Stride"/> elements, unspecified beyond count.
    /// </summary>
    public void Combination(int piece, long place, int count, Span<double> combination)
    {
        if (_planes.Length == 0) return;
        var g = place * _unit;
        var cell = (int)(g * _level.Cells);
        var delta = g - (cell + 0.5) / _level.Cells;
        var start = (_level.Pieces - piece % _level.Pieces) % _level.Pieces;
        var stride = Stride(count);
        for (var plane = 0; plane < _planes.Length; plane++)
        {
            var first = _planes[plane];
            var target = combination.Slice(plane * stride, stride);
            var split = plane + 1 < _planes.Length && _planes[plane + 1].Power == first.Power;
            var rest = split ? combination.Slice((plane + 1) * stride, stride) : default;
            Plane(_reversed[cell].AsSpan(first.Power), start, _weights[plane], delta, target, rest, split ? first.Bits - _planes[plane + 1].Bits : 0);
            if (split) plane++;
        }
    }

    /// <summary>The combination of a whole table, canonical, planes without gaps.</summary>
    public void Combination(long c, Span<double> combination)
    {
        var (piece, place) = Locate(c);
        Combination((int)(piece & (_level.Pieces - 1)), place, _level.Pieces, combination);
        ref var element = ref MemoryMarshal.GetReference(combination);
        for (nuint i = 0; i < (nuint)combination.Length; i += Lanes)
            Canonical(Vector512.LoadUnsafe(ref element, i)).StoreUnsafe(ref element, i);
    }

    /// <summary>1 at the entries of a table's first plane that mean "the finer level answers".</summary>
    public void Inner(long c, Span<double> selector)
    {
        var top = (int)(Locate(c).Piece & (_level.Pieces - 1));
        selector.Clear();
        for (var j = _level.InnerFirst; j <= _level.InnerLast; j++) selector[(top - j) & (_level.Pieces - 1)] = 1;
    }

    /// <summary>What mask <paramref name="r"/> has at its own piece, one element a plane. Constant time in r.</summary>
    public void Entries(long r, Span<double> entries)
    {
        var u = Math.ScaleB(r & ((1L << _level.WidthBits) - 1), -_level.WidthBits) - 0.5;
        var (power, reached) = (1.0, 0);
        for (var plane = 0; plane < _planes.Length; plane++)
        {
            for (; reached < _planes[plane].Power; reached++) power *= u;
            entries[plane] = Field.Reduce((long)Math.Floor(Math.ScaleB(power, _planes[plane].Bits) + 0.5));
        }
    }

    /// <summary>The dealt table for mask <paramref name="r"/>: plane after plane, its entry at R_top and zeros. Constant time in r.</summary>
    public void Table(long r, Span<double> table)
    {
        Span<double> entries = stackalloc double[_planes.Length];
        Entries(r, entries);
        var top = (int)((r >> _level.WidthBits) & (_level.Pieces - 1));
        for (var plane = 0; plane < entries.Length; plane++) OneHot(top, entries[plane], table.Slice(plane * _level.Pieces, _level.Pieces));
        entries.Clear();
    }

    /// <summary>entry where v = index, 0 elsewhere; every element is touched alike.</summary>
    private static void OneHot(int index, double entry, Span<double> plane)
    {
        ref var destination = ref MemoryMarshal.GetReference(plane);
        var wanted = Vector512.Create((double)index);
        var value = Vector512.Create(entry);
        var ramp = Vector512.Create(0.0, 1, 2, 3, 4, 5, 6, 7);
        for (var v = 0; v < plane.Length; v += Lanes)
        {
            Vector512.BitwiseAnd(Vector512.Equals(ramp, wanted), value).StoreUnsafe(ref Unsafe.Add(ref destination, v));
            ramp = Vector512.Add(ramp, Vector512.Create(8.0));
        }
    }

    /// <summary>round(Σ_k a_k·weight_k·δ^k) and, where there is a second plane, round(what that left·2^moreBits).</summary>
    private static void Plane(
        ReadOnlySpan<double[]> windows, int start, ReadOnlySpan<double> weights, double delta, Span<double> target, Span<double> rest, int moreBits)
    {
        ref var destination = ref MemoryMarshal.GetReference(target);
        ref var remainder = ref MemoryMarshal.GetReference(rest);
        var scale = Vector512.Create((double)(1L << moreBits));
        var w0 = Vector512.Create(weights[0]);
        var w1 = Vector512.Create(weights.Length > 1 ? weights[1] * delta : 0);
        var w2 = Vector512.Create(weights.Length > 2 ? weights[2] * delta * delta : 0);
        ref var a0 = ref windows[0][start];
        ref var a1 = ref windows[Math.Min(1, weights.Length - 1)][start];
        ref var a2 = ref windows[Math.Min(2, weights.Length - 1)][start];
        switch (weights.Length)
        {
            case 1:
                for (nuint v = 0; v < (nuint)target.Length; v += Lanes)
                    Store(Vector512.Multiply(w0, Vector512.LoadUnsafe(ref a0, v)), scale, ref destination, ref remainder, v, rest.IsEmpty);
                return;
            case 2:
                for (nuint v = 0; v < (nuint)target.Length; v += Lanes)
                    Store(
                        Vector512.Add(Vector512.Multiply(w0, Vector512.LoadUnsafe(ref a0, v)), Vector512.Multiply(w1, Vector512.LoadUnsafe(ref a1, v))),
                        scale, ref destination, ref remainder, v, rest.IsEmpty);
                return;
            default:
                for (nuint v = 0; v < (nuint)target.Length; v += Lanes)
                {
                    var sum = Vector512.Add(Vector512.Multiply(w0, Vector512.LoadUnsafe(ref a0, v)), Vector512.Multiply(w1, Vector512.LoadUnsafe(ref a1, v)));
                    sum = Vector512.Add(sum, Vector512.Multiply(w2, Vector512.LoadUnsafe(ref a2, v)));
                    if (weights.Length > 3) sum = Vector512.Add(sum, Further(windows, start, weights, delta, v));
                    Store(sum, scale, ref destination, ref remainder, v, rest.IsEmpty);
                }
                return;
        }
    }

    /// <summary>Rounds a sum and, unless there is only one plane, what that left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<double> sum, Vector512<double> scale, ref double target, ref double rest, nuint v, bool single)
    {
        var rounded = Round(sum);
        rounded.StoreUnsafe(ref target, v);
        if (!single) Round(Vector512.Multiply(Vector512.Subtract(sum, rounded), scale)).StoreUnsafe(ref rest, v);
    }

    /// <summary>The terms from δ^3 on.</summary>
    private static Vector512<double> Further(ReadOnlySpan<double[]> windows, int start, ReadOnlySpan<double> weights, double delta, nuint v)
    {
        var (sum, power) = (Vector512<double>.Zero, delta * delta);
        for (var k = 3; k < weights.Length; k++)
        {
            power *= delta;
            sum = Vector512.Add(sum, Vector512.Multiply(Vector512.Create(weights[k] * power), Vector512.LoadUnsafe(ref windows[k][start], v)));
        }
        return sum;
    }

    /// <summary>Nearest integer (ties to even); |x| &lt; 2^51.</summary>
    private static Vector512<double> Round(Vector512<double> x)
    {
        var magic = Vector512.Create(6755399441055744.0);
        return Vector512.Subtract(Vector512.Add(x, magic), magic);
    }

    /// <summary>An integer in (−p, p) mod p.</summary>
    private static Vector512<double> Canonical(Vector512<double> x) =>
        Vector512.Add(x, Vector512.BitwiseAnd(Vector512.LessThan(x, Vector512<double>.Zero), Vector512.Create(Field.P)));

    private static double Binomial(int n, int k)
    {
        var result = 1.0;
        for (var i = 1; i <= k; i++) result = result * (n - k + i) / i;
        return Math.Round(result);
    }
}
