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
    private readonly int _outputBits;
    private readonly double[][][] _reversed;

    public SplineKernel(SplineLevel level, int outputBits)
    {
        (_level, _outputBits) = (level, outputBits);
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

    /// <summary>Elements of a combination between planes of <paramref name="count"/> pieces.</summary>
    public static int Stride(int count) => (count + Lanes - 1) & ~(Lanes - 1);

    /// <summary>(c_top, c_low): piece and place in units of c, counted from the level's left edge. The piece is not reduced.</summary>
    public (long Piece, long Place) Locate(long c)
    {
        var y = unchecked(c - _level.Low);
        return (y >> _level.WidthBits, y & ((1L << _level.WidthBits) - 1));
    }

    /// <summary>
    /// β for <paramref name="count"/> pieces from <paramref name="piece"/> (below 2^31, modulo <see cref="SplineLevel.Pieces"/>) downwards, canonical, plane after plane, each taking
    /// <see cref="Stride"/> elements, unspecified beyond count.
    /// </summary>
    public void Combination(int piece, long place, int count, Span<double> combination)
    {
        if (_level.Planes.Count == 0) return;
        var g = Math.ScaleB(place, -_level.WidthBits);
        var cell = (int)(g * _level.Cells);
        var delta = g - (cell + 0.5) / _level.Cells;
        var start = (_level.Pieces - piece % _level.Pieces) % _level.Pieces;
        var stride = Stride(count);
        for (var plane = 0; plane < _level.Planes.Count; plane++)
        {
            var first = _level.Planes[plane];
            var target = combination.Slice(plane * stride, stride);
            var rest = default(Span<double>);
            var factor = 0.0;
            if (plane + 1 < _level.Planes.Count && _level.Planes[plane + 1].Power == first.Power)
            {
                factor = Math.ScaleB(1, first.Bits - _level.Planes[plane + 1].Bits);
                rest = combination.Slice(++plane * stride, stride);
            }
            Plane(_reversed[cell], start, first, delta, target, rest, factor);
        }
    }

    /// <summary>The combination of a whole table, planes without gaps.</summary>
    public void Combination(long c, Span<double> combination)
    {
        var (piece, place) = Locate(c);
        Combination((int)(piece & (_level.Pieces - 1)), place, _level.Pieces, combination);
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
        for (var plane = 0; plane < _level.Planes.Count; plane++)
        {
            for (; reached < _level.Planes[plane].Power; reached++) power *= u;
            entries[plane] = Field.Reduce((long)Math.Floor(Math.ScaleB(power, _level.Planes[plane].Bits) + 0.5));
        }
    }

    /// <summary>The dealt table for mask <paramref name="r"/>: plane after plane, its entry at R_top and zeros. Constant time in r.</summary>
    public void Table(long r, Span<double> table)
    {
        Span<double> entries = stackalloc double[_level.Planes.Count];
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

    /// <summary>round(β_i·2^(G − bits)) and, where there is a second plane, round(what that left·factor).</summary>
    private void Plane(double[][] windows, int start, SplinePlane plane, double delta, Span<double> target, Span<double> rest, double factor)
    {
        var terms = _level.Degree - plane.Power + 1;
        Span<double> weights = stackalloc double[terms];
        var weight = Math.ScaleB(plane.Power % 2 == 0 ? 1 : -1, _outputBits - plane.Bits);
        for (var k = 0; k < terms; k++)
        {
            weights[k] = weight * Binomial(plane.Power + k, plane.Power);
            weight *= delta;
        }
        ref var lead = ref windows[plane.Power][start];
        ref var destination = ref MemoryMarshal.GetReference(target);
        ref var remainder = ref MemoryMarshal.GetReference(rest);
        var (w0, scale) = (Vector512.Create(weights[0]), Vector512.Create(factor));
        for (var v = 0; v < target.Length; v += Lanes)
        {
            var sum = Vector512.Multiply(w0, Vector512.LoadUnsafe(ref Unsafe.Add(ref lead, v)));
            for (var k = 1; k < terms; k++)
                sum = Vector512.Add(sum, Vector512.Multiply(Vector512.Create(weights[k]), Vector512.LoadUnsafe(ref windows[plane.Power + k][start + v])));
            var rounded = Round(sum);
            Canonical(rounded).StoreUnsafe(ref Unsafe.Add(ref destination, v));
            if (!rest.IsEmpty)
                Canonical(Round(Vector512.Multiply(Vector512.Subtract(sum, rounded), scale))).StoreUnsafe(ref Unsafe.Add(ref remainder, v));
        }
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
