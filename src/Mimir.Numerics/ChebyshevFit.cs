namespace Mimir.Numerics;

/// <summary>
/// Piecewise polynomials for masked splines (protocol.md, section 5.3). Segment j is fitted on [−width, +width] around its
/// left edge x0 = low + j·width, so that it also serves offsets below the edge, which a borrow of the mask produces.
/// </summary>
public static class ChebyshevFit
{
    private const int Nodes = 40;
    private const int GridPoints = 257;

    // [i, k] = cos(k·angle of node i).
    private static readonly double[,] Cosines = CosinesOfNodes();

    /// <summary>
    /// Coefficients[j][k] of u^k with u = (x − x0)/width in [−1, 1]: the least-squares fit at 40 Chebyshev nodes, which is
    /// the Chebyshev series cut after <paramref name="degree"/>.
    /// </summary>
    /// <param name="function">Smooth on [low − width, low + count·width].</param>
    /// <param name="low">Left edge of segment 0.</param>
    /// <param name="width">Distance between left edges, above 0.</param>
    /// <param name="count">Segments, at least 1.</param>
    /// <param name="degree">In [0, 39]; beyond about 10 the power basis loses accuracy.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double[][] Segments(Func<double, double> function, double low, double width, int count, int degree) =>
        SegmentsAround(function, low, width, count, degree, width);

    /// <summary>The same with segments fitted on [−reach, +reach] around centres that are <paramref name="width"/> apart; still in powers of (x − x0)/width.</summary>
    /// <param name="function">Smooth on [low − reach, low + (count − 1)·width + reach].</param>
    /// <param name="low">Centre of segment 0.</param>
    /// <param name="width">Distance between centres, above 0.</param>
    /// <param name="count">Segments, at least 1.</param>
    /// <param name="degree">In [0, 39]; beyond about 10 the power basis loses accuracy.</param>
    /// <param name="reach">Half the length of the interval, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double[][] SegmentsAround(Func<double, double> function, double low, double width, int count, int degree, double reach)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(reach);
        ArgumentNullException.ThrowIfNull(function);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(degree);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(degree, Nodes);
        double[][] segments = new double[count][];
        for (int j = 0; j < count; j++)
        {
            segments[j] = Fit(function, low + j * width, reach, degree);
            if (reach == width) continue;
            double scale = 1;
            for (int k = 0; k <= degree; k++, scale *= width / reach)
                segments[j][k] *= scale;
        }
        return segments;
    }

    /// <summary>
    /// Largest |fit − function| over 257 points of every segment's offsets t in [−width, width], without the part of segment 0
    /// that lies below <paramref name="low"/>, where no input falls.
    /// </summary>
    /// <param name="function">The function that was fitted.</param>
    /// <param name="segments">From <see cref="Segments"/>.</param>
    /// <param name="low">As there.</param>
    /// <param name="width">As there.</param>
    public static double MaxError(Func<double, double> function, double[][] segments, double low, double width)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(segments);
        double worst = 0;
        for (int j = 0; j < segments.Length; j++)
            for (int i = 0; i < GridPoints; i++)
            {
                double u = 2.0 * i / (GridPoints - 1) - 1;
                if (j > 0 || u >= 0)
                    worst = Math.Max(worst, Math.Abs(Evaluate(segments[j], u) - function(low + (j + u) * width)));
            }
        return worst;
    }

    /// <summary>Σ coefficients[k]·u^k.</summary>
    /// <param name="coefficients">One segment of <see cref="Segments"/>.</param>
    /// <param name="u">Offset over width.</param>
    public static double Evaluate(ReadOnlySpan<double> coefficients, double u)
    {
        double sum = 0;
        for (int k = coefficients.Length - 1; k >= 0; k--)
            sum = Math.FusedMultiplyAdd(sum, u, coefficients[k]);
        return sum;
    }

    private static double[] Fit(Func<double, double> function, double origin, double width, int degree)
    {
        double[] series = new double[degree + 1];
        for (int i = 0; i < Nodes; i++)
        {
            double value = function(origin + width * Cosines[i, 1]);
            for (int k = 0; k <= degree; k++)
                series[k] += value * Cosines[i, k] * (k == 0 ? 1.0 : 2.0) / Nodes;
        }
        return ToPowers(series);
    }

    // T_0 = 1, T_1 = u, T_{k+1} = 2u·T_k − T_{k−1}.
    private static double[] ToPowers(double[] series)
    {
        double[] powers = new double[series.Length];
        double[] previous = new double[series.Length + 1];
        double[] current = new double[series.Length + 1];
        current[0] = 1;
        for (int k = 0; k < series.Length; k++)
        {
            for (int i = 0; i < series.Length; i++)
                powers[i] += series[k] * current[i];
            double[] next = new double[series.Length + 1];
            for (int i = 0; i <= k; i++)
                next[i + 1] = (k == 0 ? 1 : 2) * current[i];
            if (k > 0)
                for (int i = 0; i < k; i++)
                    next[i] -= previous[i];
            (previous, current) = (current, next);
        }
        return powers;
    }

    private static double[,] CosinesOfNodes()
    {
        double[,] cosines = new double[Nodes, Nodes];
        for (int i = 0; i < Nodes; i++)
            for (int k = 0; k < Nodes; k++)
                cosines[i, k] = Elementary.Cos(k * (Math.PI * (i + 0.5) / Nodes));
        return cosines;
    }
}
