using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The public linear combination that a masked spline takes of its dealt table. For the opened c: with j(v) = (c_top − v) mod 2^m and
/// g = c_low/2^s, f = Σ_v Σ_i β_i(j(v))·T_i[v], β_i(j) = (−1)^i Σ_{k≥i} C(k,i)·a_jk·g^(k−i), T_i[v] = 1[R_top = v]·(R_low/2^s)^i.
/// </summary>
/// <remarks>
/// Plain multiply and add only, never fused: every processor must round alike, because all parties must use the same combination.
/// Everything here is public.
/// </remarks>
internal sealed class SplineKernel
{
    private readonly SplineLevel _level;
    private readonly int _segments;
    private readonly int _degree;
    private readonly double[][] _reversed;

    public SplineKernel(SplineLevel level, int outputBits)
    {
        _level = level;
        _segments = level.Segments;
        _degree = level.Degree;
        _reversed = new double[(_degree + 1) * (_degree + 1)][];
        for (var i = 0; i <= _degree; i++)
        {
            var scale = Math.ScaleB(1, i == 0 ? outputBits : outputBits - level.OffsetBits);
            for (var k = i; k <= _degree; k++)
            {
                var factor = (i % 2 == 0 ? 1 : -1) * Binomial(k, i) * scale;
                var window = _reversed[i * (_degree + 1) + k] = new double[2 * _segments];
                for (var x = 0; x < window.Length; x++)
                    window[x] = factor * level.Coefficients[(2 * _segments - x) % _segments][k];
            }
        }
    }

    /// <summary>Writes β_i(j(v)), canonical, for all v and i (plane i at i·2^m) to <paramref name="combination"/>.</summary>
    public void Combination(long c, Span<double> combination)
    {
        var y = unchecked(c - _level.Low);
        var top = (int)((y >> _level.WidthBits) & (_segments - 1));
        var low = y & ((1L << _level.WidthBits) - 1);
        var g = Math.ScaleB(low >> (_level.WidthBits - _level.OffsetBits), -_level.OffsetBits);
        var start = (_segments - top) % _segments;
        for (var i = 0; i <= _degree; i++) Plane(i, start, g, combination.Slice(i * _segments, _segments));
    }

    /// <summary>First v and count (cyclic) of the table entries that mean "the finer level answers".</summary>
    public void Inner(long c, Span<double> selector)
    {
        var top = (int)((unchecked(c - _level.Low) >> _level.WidthBits) & (_segments - 1));
        selector.Clear();
        for (var j = _level.InnerFirst; j <= _level.InnerLast; j++) selector[(top - j) & (_segments - 1)] = 1;
    }

    /// <summary>The dealt table for mask <paramref name="r"/>: T_i[v] with (R_low/2^s)^i at s' bits for i ≥ 1. Constant time in r.</summary>
    public void Table(long r, Span<double> table)
    {
        var top = (int)((r >> _level.WidthBits) & (_segments - 1));
        var low = r & ((1L << _level.WidthBits) - 1);
        var u = Math.ScaleB(low >> (_level.WidthBits - _level.OffsetBits), -_level.OffsetBits);
        var power = 1.0;
        for (var i = 0; i <= _degree; i++)
        {
            var entry = i == 0 ? 1.0 : Math.Floor(Math.ScaleB(power, _level.OffsetBits) + 0.5);
            OneHot(top, entry, table.Slice(i * _segments, _segments));
            power *= u;
        }
    }

    /// <summary>entry where v = index, 0 elsewhere; every element is touched alike.</summary>
    private static void OneHot(int index, double entry, Span<double> plane)
    {
        ref var destination = ref MemoryMarshal.GetReference(plane);
        var wanted = Vector512.Create((double)index);
        var value = Vector512.Create(entry);
        var ramp = Vector512.Create(0.0, 1, 2, 3, 4, 5, 6, 7);
        for (var v = 0; v < plane.Length; v += Vector512<double>.Count)
        {
            Vector512.BitwiseAnd(Vector512.Equals(ramp, wanted), value).StoreUnsafe(ref Unsafe.Add(ref destination, v));
            ramp = Vector512.Add(ramp, Vector512.Create(8.0));
        }
    }

    private void Plane(int i, int start, double g, Span<double> plane)
    {
        ref var destination = ref MemoryMarshal.GetReference(plane);
        var point = Vector512.Create(g);
        for (var v = 0; v < _segments; v += Vector512<double>.Count)
        {
            var sum = Vector512.LoadUnsafe(ref _reversed[i * (_degree + 1) + _degree][start + v]);
            for (var k = _degree - 1; k >= i; k--)
                sum = Vector512.Add(Vector512.Multiply(sum, point), Vector512.LoadUnsafe(ref _reversed[i * (_degree + 1) + k][start + v]));
            Canonical(sum).StoreUnsafe(ref Unsafe.Add(ref destination, v));
        }
    }

    /// <summary>Nearest integer (ties to even), then mod p; |x| &lt; p.</summary>
    private static Vector512<double> Canonical(Vector512<double> x)
    {
        var magic = Vector512.Create(6755399441055744.0);
        var rounded = Vector512.Subtract(Vector512.Add(x, magic), magic);
        var negative = Vector512.LessThan(rounded, Vector512<double>.Zero);
        return Vector512.Add(rounded, Vector512.BitwiseAnd(negative, Vector512.Create(Field.P)));
    }

    private static double Binomial(int n, int k)
    {
        var result = 1.0;
        for (var i = 1; i <= k; i++) result = result * (n - k + i) / i;
        return Math.Round(result);
    }
}
