using Mimir.Numerics;

namespace Mimir.Models.Transformers;

/// <summary>The functions of <see cref="ScalarFunction"/> in float64: what the reference computes and what splines are fitted to.</summary>
public static class ScalarFunctions
{
    private const double SqrtTwoOverPi = 0.79788456080286535588;

    /// <summary>f(x), accurate to a few units in the last place of the largest intermediate.</summary>
    public static double Evaluate(this ScalarFunction function, double x) => function switch
    {
        ScalarFunction.Silu => x / (1 + Elementary.Exp(-x)),
        ScalarFunction.Gelu => 0.5 * x * (1 + ErrorFunction(x / Math.Sqrt(2))),
        ScalarFunction.GeluTanh => 0.5 * x * (1 + Elementary.Tanh(SqrtTwoOverPi * (x + 0.044715 * x * x * x))),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "not a scalar function"),
    };

    /// <summary>A soft cap: cap·tanh(x/cap).</summary>
    public static double Cap(double x, double cap) => cap * Elementary.Tanh(x / cap);

    /// <summary>
    /// erf(x) = 2/√π · exp(−x²) · Σ_n 2ⁿ·x^(2n+1)/(1·3·…·(2n+1)); all terms have the sign of x, so nothing cancels.
    /// Absolute error below 1e-15. Source: NIST DLMF 7.6.2.
    /// </summary>
    public static double ErrorFunction(double x)
    {
        if (double.IsNaN(x) || Math.Abs(x) > 6) return double.IsNaN(x) ? x : Math.Sign(x);
        double term = x, sum = x;
        for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Elementary.Exp(-x * x) * sum;
    }
}
