using Mimir.Numerics;
using Mimir.Spdz.Gadgets;

namespace Mimir.Spdz.Programs;

/// <summary>
/// Builds the nested levels of a two-party spline from the coarsest down. A finer level lies under the inner pieces of the level before: it begins one of their
/// widths below the first of them and ends with the last.
/// </summary>
internal sealed class SplineNest
{
    /// <summary>See <see cref="SplineLevel.Cells"/>.</summary>
    internal const int Cells = 8;

    private readonly int _inputBits;
    private readonly List<SplineLevel> _levels = [];

    /// <summary>
    /// 2^<paramref name="m"/> pieces of width 2^<paramref name="logWidth"/> from <paramref name="low"/> on, valid up to the last piece's left edge; without a
    /// function zero.
    /// </summary>
    public SplineNest(int inputBits, double low, int logWidth, int m, Func<double, double>? function = null, IReadOnlyList<SplinePlane>? planes = null)
    {
        _inputBits = inputBits;
        Add((long)Math.Floor(Math.ScaleB(low, inputBits)), logWidth, 1 << m, function, planes);
    }

    /// <summary>Pieces of width 2^<paramref name="logWidth"/> answer at least from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public SplineNest Refine(double low, double high, int logWidth, Func<double, double>? function = null, IReadOnlyList<SplinePlane>? planes = null)
    {
        var coarser = _levels[^1];
        var first = (int)(((long)Math.Floor(Math.ScaleB(low, _inputBits)) - coarser.Low) >> coarser.WidthBits);
        var last = (int)(((long)Math.Ceiling(Math.ScaleB(high, _inputBits)) - coarser.Low + (1L << coarser.WidthBits) - 1) >> coarser.WidthBits);
        _levels[^1] = coarser = coarser with { InnerFirst = first, InnerLast = last };
        Add(
            coarser.Low + ((first - 1L) << coarser.WidthBits), logWidth, (coarser.InnerCount + 1) << (coarser.WidthBits - _inputBits - logWidth), function, planes);
        return this;
    }

    /// <summary>The function.</summary>
    public SplineFunction Function(string name, int outputBits) => new(name, outputBits, [.. Enumerable.Reverse(_levels)], true);

    /// <summary>
    /// Powers 0 to <paramref name="degree"/> for results of <paramref name="outputBits"/>. A resolution of b bits costs 2^b/12 units of the result in the rounded
    /// coefficient of power 1; where that is much, a second plane of few bits takes it up.
    /// </summary>
    public static IReadOnlyList<SplinePlane> Planes(int degree, int outputBits)
    {
        const int Fine = 13;
        var planes = new List<SplinePlane> { new(0, 0) };
        var coarse = Math.Clamp(outputBits - Fine, 6, Fine);
        if (degree >= 1) planes.Add(new(1, Fine));
        if (degree >= 1 && coarse < Fine) planes.Add(new(1, coarse));
        for (var power = 2; power <= degree; power++) planes.Add(new(power, Math.Min(Fine, coarse + 2)));
        return planes;
    }

    /// <summary>[cell][piece][k]: the fit for each cell's centre of c's place, <see cref="SplineLevel"/>.</summary>
    internal static double[][][] Fit(Func<double, double> function, double low, int logWidth, int pieces, IReadOnlyList<SplinePlane> planes, int cells)
    {
        var width = Math.ScaleB(1, logWidth);
        return [.. Enumerable.Range(0, cells).Select(cell => ChebyshevFit.SegmentsAround(
            function, low + width * ((cell + 0.5) / cells - 0.5), width, pieces, planes[^1].Power, width * (0.5 + 0.5 / cells)))];
    }

    private void Add(long low, int logWidth, int pieces, Func<double, double>? function, IReadOnlyList<SplinePlane>? planes)
    {
        var coefficients = function is null ? [] : Fit(function, Math.ScaleB(low, -_inputBits), logWidth, pieces, planes!, Cells);
        _levels.Add(new SplineLevel(low, _inputBits + logWidth, pieces, function is null ? [] : planes!, coefficients));
    }
}
