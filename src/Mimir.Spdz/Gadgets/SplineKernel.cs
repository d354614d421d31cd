using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The public linear combination that a masked spline takes of what was dealt. For the opened c = x + R: piece v of the mask means the
/// polynomial of j = (c_top − v), at τ = δ − u with u = R_low/2^s − ½ (dealt) and δ = c_low/2^s − (centre of its cell), public. So
/// f = Σ_v Σ_i β_i(j)·T_i[v], T_i[v] = 1[R_top = v]·Q_i(u)·e^(−ρu), β_i(j) = e^(ρδ)·Σ_{k≥i} a_jk·W_ik(δ), where (δ − u)^k = Σ_i W_ik(δ)·Q_i(u).
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
    private readonly Term[] _terms;
    private readonly double[] _table;
    private readonly int _row;
    private readonly int _rows;
    private readonly int _cells;
    private readonly double[] _weights;
    private readonly int _weightStride;
    private readonly double[] _scales;
    private readonly double[] _restScales;
    private readonly double[] _backs;
    private readonly double _unit;

    /// <summary>With <paramref name="points"/> inner pieces answer with zero.</summary>
    public SplineKernel(SplineLevel level, int outputBits, bool points)
    {
        (_level, _planes, _cells, _rows) = (level, [.. level.Planes], level.Cells, level.Degree + 1);
        (Low, WidthBits, Pieces, InnerLast, InnerCount) = (level.Low, level.WidthBits, level.Pieces, level.InnerLast, level.InnerCount);
        _unit = Math.ScaleB(1, -level.WidthBits);
        _scales = [.. level.Planes.Select(p => Math.ScaleB(1, p.Bits))];
        _restScales = [.. _scales.Zip(_scales.Skip(1), (coarse, fine) => coarse / fine), 0];
        _backs = [.. Enumerable.Range(0, level.Degree + 1).Select(Back)];
        _terms = Terms(_planes, level.Degree);
        (_weights, _weightStride) = Weights(level, outputBits);
        _row = 2 * level.Pieces + 2 * Lanes;
        _table = new double[_cells * _rows * _row];
        for (var cell = 0; cell < _cells; cell++)
            for (var k = 0; k < _rows; k++)
                for (var x = 0; x < _row; x++)
                {
                    var piece = (3 * level.Pieces - x % level.Pieces) % level.Pieces;
                    var inner = points && piece >= level.InnerFirst && piece <= level.InnerLast;
                    _table[(cell * _rows + k) * _row + x] = inner ? 0 : level.Coefficients[cell][piece][k];
                }
        Used = Outside(level);
        Curved = new(Math.Max(Used.First, level.Curved.First), Math.Min(Used.Last, level.Curved.Last));
        Grown = level.InnerCount == 0 ? Used
            : Used.Count == 0 ? new(level.InnerFirst, level.InnerLast)
            : new(Math.Min(level.InnerFirst, Used.First), Math.Max(level.InnerLast, Used.Last));
        for (StraightPlanes = Math.Min(1, Planes); StraightPlanes < Planes && (StraightPlanes == 1 || _planes[StraightPlanes].Power == 0); StraightPlanes++) ;
    }

    /// <summary>See <see cref="SplineLevel.Low"/>.</summary>
    public long Low { get; }

    /// <summary>See <see cref="SplineLevel.WidthBits"/>.</summary>
    public int WidthBits { get; }

    /// <summary>See <see cref="SplineLevel.Pieces"/>.</summary>
    public int Pieces { get; }

    /// <summary>See <see cref="SplineLevel.InnerLast"/>.</summary>
    public int InnerLast { get; }

    /// <summary>See <see cref="SplineLevel.InnerCount"/>.</summary>
    public int InnerCount { get; }

    /// <summary>Numbers a piece.</summary>
    public int Planes => _planes.Length;

    /// <summary>The pieces from the first to the last that answer with anything but zero.</summary>
    public PieceRange Used { get; }

    /// <summary>These and the inner ones.</summary>
    public PieceRange Grown { get; }

    /// <summary>Those of them where all planes count.</summary>
    public PieceRange Curved { get; }

    /// <summary>Planes that count outside <see cref="Curved"/>.</summary>
    public int StraightPlanes { get; }

    /// <summary>Elements of a combination between planes of <paramref name="count"/> pieces.</summary>
    public static int Stride(int count) => (count + Lanes - 1) & ~(Lanes - 1);

    /// <summary>(c_top, c_low): piece and place in units of c, counted from the level's left edge. The piece is not reduced.</summary>
    public (long Piece, long Place) Locate(long c)
    {
        var y = unchecked(c - Low);
        return (y >> WidthBits, y & ((1L << WidthBits) - 1));
    }

    /// <summary>
    /// β for <paramref name="count"/> pieces from <paramref name="piece"/> (below 2^31, modulo <see cref="SplineLevel.Pieces"/>) downwards, integers of either sign, plane after
    /// plane, each taking <paramref name="stride"/> elements, a multiple of 8, zero beyond count. Elements that come before <see cref="Curved"/> are unspecified in the planes that count
    /// only there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Combination(int piece, long place, int count, int stride, Span<double> combination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(combination.Length, stride * _planes.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stride, Pieces + 2 * Lanes);
        if (_planes.Length == 0) return;
        Span<double> weights = stackalloc double[_weightStride];
        var g = place * _unit;
        var cell = (int)(g * _cells);
        WeightsAt(g - (cell + 0.5) / _cells, weights);
        var start = (Pieces - piece % Pieces) % Pieces;
        unchecked
        {
            ref var weight = ref MemoryMarshal.GetReference(weights);
            ref var target = ref MemoryMarshal.GetReference(combination);
            ref var table = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_table), cell * _rows * _row + start);
            var ramp = Vector512.Create(0.0, 1, 2, 3, 4, 5, 6, 7);
            for (var v = 0; v < stride; v += Lanes)
            {
                var counted = Vector512.LessThan(ramp, Vector512.Create((double)(count - v)));
                // A straight line's first two coefficients are all it has.
                var straight = piece - v - (Lanes - 1) > Curved.Last;
                foreach (ref readonly var term in _terms.AsSpan(0, straight ? Math.Min(2, _terms.Length) : _terms.Length))
                {
                    var length = straight ? Math.Min(term.Length, 2 - term.Power) : term.Length;
                    ref var a = ref Unsafe.Add(ref table, term.Power * _row + v);
                    ref var w = ref Unsafe.Add(ref weight, term.Weight);
                    var sum = Vector512.Multiply(Vector512.Create(w), Vector512.LoadUnsafe(ref a));
                    for (var k = 1; k < length; k++)
                        sum = Vector512.Add(sum, Vector512.Multiply(Vector512.Create(Unsafe.Add(ref w, k)), Vector512.LoadUnsafe(ref Unsafe.Add(ref a, k * _row))));
                    sum = Vector512.BitwiseAnd(sum, counted);
                    for (var plane = term.First; plane < term.End; plane++)
                    {
                        var rounded = Round(sum);
                        rounded.StoreUnsafe(ref Unsafe.Add(ref target, plane * stride + v));
                        sum = Vector512.Multiply(Vector512.Subtract(sum, rounded), Vector512.Create(_restScales[plane]));
                    }
                }
            }
        }
    }

    /// <summary>The combination of a whole table, canonical, planes without gaps.</summary>
    public void Combination(long c, Span<double> combination)
    {
        var (piece, place) = Locate(c);
        Combination((int)(piece & (Pieces - 1)), place, Pieces, Pieces, combination);
        ref var element = ref MemoryMarshal.GetReference(combination);
        for (nuint i = 0; i < (nuint)combination.Length; i += Lanes)
            Canonical(Vector512.LoadUnsafe(ref element, i)).StoreUnsafe(ref element, i);
    }

    /// <summary>1 at the entries of a table's first plane that mean "the finer level answers".</summary>
    public void Inner(long c, Span<double> selector)
    {
        var top = (int)(Locate(c).Piece & (Pieces - 1));
        selector.Clear();
        for (var j = _level.InnerFirst; j <= _level.InnerLast; j++) selector[(top - j) & (Pieces - 1)] = 1;
    }

    /// <summary>What mask <paramref name="r"/> has at its own piece, one element a plane. Constant time in r.</summary>
    public void Entries(long r, Span<double> entries)
    {
        var u = (r & ((1L << WidthBits) - 1)) * _unit - 0.5;
        var (before, polynomial) = (0.0, _level.Rate == 0 ? 1 : Exponential(-_level.Rate * u));
        var reached = 0;
        for (var plane = 0; plane < _planes.Length; plane++)
        {
            for (; reached < _planes[plane].Power; reached++) (before, polynomial) = (polynomial, u * polynomial - _backs[reached] * before);
            entries[plane] = Canonical(Round(polynomial * _scales[plane]));
        }
    }

    /// <summary>The dealt table for mask <paramref name="r"/>: plane after plane, its entry at R_top and zeros. Constant time in r.</summary>
    public void Table(long r, Span<double> table)
    {
        Span<double> entries = stackalloc double[_planes.Length];
        Entries(r, entries);
        var top = (int)((r >> WidthBits) & (Pieces - 1));
        for (var plane = 0; plane < entries.Length; plane++) OneHot(top, entries[plane], table.Slice(plane * Pieces, Pieces));
        entries.Clear();
    }

    /// <summary>e^y for |y| ≤ 4 to 1e-9 of itself: the series at y/16, squared four times. Constant time, the same to the last bit everywhere.</summary>
    internal static double Exponential(double y)
    {
        y *= 1.0 / 16;
        var sum = 1.0;
        for (var k = 9; k > 0; k--) sum = 1 + sum * y * (1.0 / k);
        sum *= sum;
        sum *= sum;
        sum *= sum;
        return sum * sum;
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

    /// <summary>Nearest integer (ties to even); |x| &lt; 2^51.</summary>
    private static Vector512<double> Round(Vector512<double> x)
    {
        var magic = Vector512.Create(6755399441055744.0);
        return Vector512.Subtract(Vector512.Add(x, magic), magic);
    }

    /// <summary>The same for one number.</summary>
    private static double Round(double x)
    {
        const double Magic = 6755399441055744.0;
        return x + Magic - Magic;
    }

    /// <summary>An integer in (−p, p) mod p.</summary>
    private static Vector512<double> Canonical(Vector512<double> x) =>
        Vector512.Add(x, Vector512.BitwiseAnd(Vector512.LessThan(x, Vector512<double>.Zero), Vector512.Create(Field.P)));

    /// <summary>The same for one number. Constant time.</summary>
    private static double Canonical(double x) =>
        x + BitConverter.Int64BitsToDouble((BitConverter.DoubleToInt64Bits(x) >> 63) & BitConverter.DoubleToInt64Bits(Field.P));

    /// <summary>W_ik(δ)·2^(G − bits) for every power i of a plane and every k from i on, times e^(ρδ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WeightsAt(double delta, Span<double> weights)
    {
        ref var source = ref MemoryMarshal.GetArrayDataReference(_weights);
        ref var target = ref MemoryMarshal.GetReference(weights);
        var x = Vector512.Create(delta);
        var factor = Vector512.Create(_level.Rate == 0 ? 1 : Exponential(_level.Rate * delta));
        for (var at = 0; at < _weightStride; at += Lanes)
        {
            var sum = Vector512<double>.Zero;
            for (var order = _rows - 1; order >= 0; order--)
                sum = Vector512.Add(Vector512.Multiply(sum, x), Vector512.LoadUnsafe(ref source, (nuint)(order * _weightStride + at)));
            Vector512.Multiply(sum, factor).StoreUnsafe(ref target, (nuint)at);
        }
    }

    /// <summary>The planes [First, End) of one power, whose coefficient has Length terms, with weights from Weight on.</summary>
    private readonly record struct Term(int Power, int First, int End, int Weight, int Length);

    private static Term[] Terms(SplinePlane[] planes, int degree)
    {
        var terms = new List<Term>();
        for (int first = 0, end, weight = 0; first < planes.Length; weight += terms[^1].Length, first = end)
        {
            for (end = first + 1; end < planes.Length && planes[end].Power == planes[first].Power; end++) ;
            terms.Add(new(planes[first].Power, first, end, weight, degree - planes[first].Power + 1));
        }
        return [.. terms];
    }

    /// <summary>[order of δ][i, k] of what <see cref="WeightsAt"/> evaluates, and the elements of an order.</summary>
    private static (double[] Weights, int Stride) Weights(SplineLevel level, int outputBits)
    {
        var (degree, planes) = (level.Degree, level.Planes.DistinctBy(p => p.Power).ToArray());
        var stride = Stride(planes.Sum(p => degree - p.Power + 1));
        var weights = new double[(degree + 1) * stride];
        // u^i = Σ_l powers[i, l]·Q_l, from u·Q_l = Q_{l+1} + Back(l)·Q_{l−1}.
        var powers = new double[degree + 2, degree + 2];
        powers[0, 0] = 1;
        for (var i = 0; i < degree; i++)
            for (var l = 0; l <= i; l++)
            {
                powers[i + 1, l + 1] += powers[i, l];
                if (l > 0) powers[i + 1, l - 1] += powers[i, l] * Back(l);
            }
        var at = 0;
        foreach (var plane in planes)
            for (var k = plane.Power; k <= degree; k++, at++)
                for (var i = plane.Power; i <= k; i++)
                    weights[(k - i) * stride + at] += Math.ScaleB((i % 2 == 0 ? 1 : -1) * Binomial(k, i) * powers[i, plane.Power], outputBits - plane.Bits);
        return (weights, stride);
    }

    /// <summary>Q_{l+1} = u·Q_l − Back(l)·Q_{l−1}.</summary>
    private static double Back(int l) => l == 0 ? 0 : l * l / (4.0 * (4 * l * l - 1));

    private static PieceRange Outside(SplineLevel level)
    {
        if (level.Planes.Count == 0) return new(0, -1);
        var pieces = Enumerable.Range(0, level.Pieces)
            .Where(j => (j < level.InnerFirst || j > level.InnerLast) && level.Coefficients.Any(cell => cell[j].Any(a => a != 0))).ToArray();
        return pieces.Length == 0 ? new(0, -1) : new(pieces[0], pieces[^1]);
    }

    private static double Binomial(int n, int k)
    {
        var result = 1.0;
        for (var i = 1; i <= k; i++) result = result * (n - k + i) / i;
        return Math.Round(result);
    }
}
