namespace Mimir.Cli.Planning.Machines;

/// <summary>Seconds for one unit of each kind of <see cref="Work"/>, on one machine.</summary>
/// <param name="MatrixByte">Per byte of matrices.</param>
/// <param name="Activation">Per activation.</param>
/// <param name="Score">Per attention score.</param>
/// <param name="Row">Per row of scores.</param>
/// <param name="Logit">Per logit that takes part in sampling.</param>
/// <param name="OpenedElement">Per opened element.</param>
/// <param name="Exchange">Per exchange with one peer.</param>
public sealed record Prices(double MatrixByte, double Activation, double Score, double Row, double Logit, double OpenedElement, double Exchange)
{
    private const int Passes = 5_000;

    /// <summary>Seconds that <paramref name="work"/> takes: Σ price · amount.</summary>
    public double Of(Work work) => MatrixByte * work.MatrixBytes + Activation * work.Activations + Score * work.Scores + Row * work.Rows
        + Logit * work.Vocabulary + OpenedElement * work.Opened + Exchange * work.Exchanges;

    /// <summary>
    /// The prices, none of them negative, with the least Σ (predicted / measured − 1)²: coordinate descent on the normal equations, which
    /// for a convex problem of seven unknowns always ends at the minimum.
    /// </summary>
    public static Prices Fit(IReadOnlyList<(Work Work, double Seconds)> measured)
    {
        var rows = measured.Where(m => m.Seconds > 0).Select(m => m.Work.Vector.Select(v => v / m.Seconds).ToArray()).ToArray();
        if (rows.Length == 0) return new Prices(0, 0, 0, 0, 0, 0, 0);
        // Columns of like size, so that the descent is quick.
        var scales = Enumerable.Range(0, Work.Terms).Select(j => Math.Max(double.Epsilon, rows.Max(r => r[j]))).ToArray();
        var prices = new double[Work.Terms];
        var residuals = rows.Select(_ => -1.0).ToArray();
        for (var pass = 0; pass < Passes; pass++)
        {
            for (var j = 0; j < Work.Terms; j++)
            {
                double gradient = 0, curvature = 0;
                for (var i = 0; i < rows.Length; i++)
                {
                    var x = rows[i][j] / scales[j];
                    gradient += x * residuals[i];
                    curvature += x * x;
                }
                if (curvature == 0) continue;
                var change = Math.Max(-prices[j], -gradient / curvature);
                prices[j] += change;
                for (var i = 0; i < rows.Length; i++) residuals[i] += change * rows[i][j] / scales[j];
            }
        }
        var p = prices.Select((v, j) => v / scales[j]).ToArray();
        return new Prices(p[0], p[1], p[2], p[3], p[4], p[5], p[6]);
    }
}
