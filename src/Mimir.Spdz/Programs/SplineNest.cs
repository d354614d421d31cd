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
    private Func<double, double>? _line;

    /// <summary>
    /// 2^<paramref name="m"/> pieces of width 2^<paramref name="logWidth"/> from <paramref name="low"/> on, valid up to the last piece's left edge; without a
    /// function zero.
    /// </summary>
    public SplineNest(int inputBits, double low, int logWidth, int m, Func<double, double>? function = null, IReadOnlyList<SplinePlane>? planes = null)
    {
        _inputBits = inputBits;
        Add((long)Math.Floor(Math.ScaleB(low, inputBits)), logWidth, 1 << m, function, planes, new(0, (1 << m) - 1));
    }

    /// <summary>The same for a function that, wherever no finer level says otherwise, is <paramref name="line"/>: straight within every piece, with a slope of 0 or 1.</summary>
    public SplineNest(int inputBits, double low, int logWidth, int m, Func<double, double> line)
    {
        (_inputBits, _line) = (inputBits, line);
        Add((long)Math.Floor(Math.ScaleB(low, inputBits)), logWidth, 1 << m, line, Straight(logWidth), new(0, -1));
    }

    /// <summary>
    /// Pieces of width 2^<paramref name="logWidth"/> answer at least from <paramref name="low"/> to <paramref name="high"/>; those that lie outside are straight where the
    /// level before is. Without a function all are as there.
    /// </summary>
    public SplineNest Refine(
        double low, double high, int logWidth, Func<double, double>? function = null, IReadOnlyList<SplinePlane>? planes = null, int cells = Cells)
    {
        var coarser = _levels[^1];
        var inner = Meeting(coarser.Low, coarser.WidthBits);
        _levels[^1] = coarser = coarser with { InnerFirst = inner.First, InnerLast = inner.Last };
        var edge = coarser.Low + ((inner.First - 1L) << coarser.WidthBits);
        var pieces = (inner.Count + 1) << (coarser.WidthBits - _inputBits - logWidth);
        var range = Meeting(edge, _inputBits + logWidth);
        if (_line is null) Add(edge, logWidth, pieces, function, planes, new(0, pieces - 1), cells);
        else Add(edge, logWidth, pieces, function ?? _line, planes ?? Straight(logWidth), function is null ? new(0, -1) : range, cells);
        if (function is not null) _line = null;
        return this;

        // Whichever of its two possible pieces an input gets.
        PieceRange Meeting(long from, int bits) => new(
            (int)(((long)Math.Floor(Math.ScaleB(low, _inputBits)) - from) >> bits),
            (int)(((long)Math.Ceiling(Math.ScaleB(high, _inputBits)) - from + (1L << bits) - 1) >> bits));
    }

    /// <summary>The function.</summary>
    public SplineFunction Function(string name, int outputBits) => new(name, outputBits, [.. Enumerable.Reverse(_levels)], true);

    /// <summary>
    /// e^x from <paramref name="low"/> to <paramref name="high"/>, elsewhere zero, on 2^<paramref name="m"/> pieces that end with the one that <paramref name="high"/> begins: one number
    /// a piece, dealt with as many bits as the first of <paramref name="bits"/> says, those of further planes carrying what rounding leaves.
    /// </summary>
    public static SplineFunction Exponential(string name, int inputBits, int outputBits, double low, double high, int logWidth, int m, params ReadOnlySpan<int> bits)
    {
        var (width, edge, planes) = (Math.ScaleB(1, logWidth), high - Math.ScaleB((1 << m) - 1, logWidth), new SplinePlane[bits.Length]);
        for (var i = 0; i < bits.Length; i++) planes[i] = new(0, bits[i]);
        var used = (int)Math.Floor((low - edge) / width);
        double[][][] coefficients = [.. Enumerable.Range(0, Cells).Select(cell => Enumerable.Range(0, 1 << m)
            .Select(j => new[] { j < used ? 0 : Elementary.Exp(edge + width * (j + Centre(cell, Cells))) }).ToArray())];
        return new(name, outputBits, [new((long)Math.ScaleB(edge, inputBits), inputBits + logWidth, 1 << m, planes, coefficients, Rate: width)], true);
    }

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
            function, low + width * Centre(cell, cells), width, pieces, planes[^1].Power, width * (0.5 + 0.5 / cells)))];
    }

    /// <summary>For slopes 0 and 1, whose coefficients need no rounding: the place to 2^−14 of an input unit.</summary>
    private static SplinePlane[] Straight(int logWidth) => [new(0, 0), new(1, logWidth + 14)];

    /// <summary>Where, in widths from a piece's left edge, the centre of the interval of a cell lies.</summary>
    private static double Centre(int cell, int cells) => (cell + 0.5) / cells - 0.5;

    private void Add(long low, int logWidth, int pieces, Func<double, double>? function, IReadOnlyList<SplinePlane>? planes, PieceRange curved, int cells = Cells)
    {
        var coefficients = function is null ? [] : Fit(function, Math.ScaleB(low, -_inputBits), logWidth, pieces, planes!, cells);
        if (_line is not null)
            for (var cell = 0; cell < cells; cell++)
                for (var j = 0; j < pieces; j++)
                    if (j < curved.First || j > curved.Last) coefficients[cell][j] = Line(cell, j);
        _levels.Add(new SplineLevel(low, _inputBits + logWidth, pieces, function is null ? [] : planes!, coefficients) { Curved = curved });

        double[] Line(int cell, int j)
        {
            var (coefficients, half) = (new double[planes![^1].Power + 1], Math.ScaleB(1, logWidth - 1));
            var centre = Math.ScaleB(low, -_inputBits) + 2 * half * (j + Centre(cell, cells));
            (coefficients[0], coefficients[1]) = (_line(centre), _line(centre + half) - _line(centre - half));
            return coefficients;
        }
    }
}
