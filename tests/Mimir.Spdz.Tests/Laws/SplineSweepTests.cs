using Mimir.Models.Transformers;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>
/// Every spline table over its whole domain, at every degree: largest error against the function at f = 16 (docs/accuracy.md). A level that
/// answered where it should not would be off by far more.
/// </summary>
public sealed class SplineSweepTests
{
    private const int F = 16;

    [Theory]
    [InlineData(ScalarFunction.Silu, 1, 7e-4, 1.2e-3)]
    [InlineData(ScalarFunction.Silu, 2, 1.8e-5, 1.4e-4)]
    [InlineData(ScalarFunction.Silu, 3, 1.5e-6, 9e-5)]
    [InlineData(ScalarFunction.Silu, 4, 1.5e-6, 9e-5)]
    [InlineData(ScalarFunction.Gelu, 1, 4.5e-3, 4.5e-3)]
    [InlineData(ScalarFunction.Gelu, 2, 1.2e-4, 1.5e-4)]
    [InlineData(ScalarFunction.Gelu, 3, 2.5e-5, 1.5e-4)]
    [InlineData(ScalarFunction.Gelu, 4, 2.5e-5, 1.5e-4)]
    [InlineData(ScalarFunction.GeluTanh, 1, 4.5e-3, 4.5e-3)]
    [InlineData(ScalarFunction.GeluTanh, 2, 1.2e-4, 1.5e-4)]
    [InlineData(ScalarFunction.GeluTanh, 3, 2.5e-5, 1.5e-4)]
    [InlineData(ScalarFunction.GeluTanh, 4, 2.5e-5, 1.5e-4)]
    public void Activation(ScalarFunction function, int degree, double fine, double all)
    {
        foreach (var parties in (int[])[2, 3])
        {
            var spline = SplineTables.Activation(function, F, F + 16, degree, parties);
            Within(fine, spline, -5, 5, x => function.Evaluate(x), _ => 1);
            Within(all, spline, -62.5, 63, x => function.Evaluate(x), _ => 1);
        }
    }

    /// <summary>Relative to 1/sqrt(x/k + ε), from mean squares of 0.01 and of 0.0001 on up to the largest, 2^14.</summary>
    [Theory]
    [InlineData(1, 1e-3, 1e-3)]
    [InlineData(2, 3e-5, 3e-5)]
    [InlineData(3, 2e-5, 2e-5)]
    [InlineData(4, 2e-5, 2e-5)]
    public void InverseRoot(int degree, double bound, double boundOfSmall)
    {
        foreach (var parties in (int[])[2, 3])
        {
            foreach (var k in (int[])[16, 64, 768])
            {
                var bits = new Numbers(Simulation.TinyModel.Llama(1).Layout with { HiddenSize = k }, F, degree, 2).Norm(k).SquareBits;
                var spline = SplineTables.InverseRoot(k, 1e-5, bits, degree, parties);
                foreach (var (low, limit) in (ValueTuple<double, double>[])[(0.01, bound), (0.0001, boundOfSmall)])
                    Within(limit, spline, low * k, 16300.0 * k, x => 1 / Math.Sqrt(x / k + 1e-5), x => Math.Sqrt(x / k + 1e-5), 2 * bits);
        }
        }
    }

    /// <summary>Soft caps of scores and logits, at 2f bits, beyond which they are straight lines.</summary>
    [Theory]
    [InlineData(50, 2, 2e-4)]
    [InlineData(30, 2, 2e-4)]
    [InlineData(5, 2, 2e-4)]
    [InlineData(63.5, 3, 5e-4)]
    public void Cap(double cap, int degree, double bound)
    {
        foreach (var parties in (int[])[2, 3])
        {
            var (spline, reach) = (SplineTables.Cap(cap, 2 * F, 2 * F, degree, parties), 27.9 * Math.ScaleB(1, Math.ILogB(cap)));
            Within(bound, spline, -reach, reach, x => ScalarFunctions.Cap(x, cap), _ => 1, 2 * F);
        }
    }

    /// <summary>
    /// From a linear layer's opening at 2f bits straight to f + 4 bits, after which nothing is truncated: largest and root mean square error at degree 2.
    /// </summary>
    [Theory]
    [InlineData(2, ScalarFunction.Gelu, 3e-4, 6e-5)]
    [InlineData(2, ScalarFunction.Silu, 2e-4, 5e-5)]
    [InlineData(3, ScalarFunction.Gelu, 4e-4, 6e-5)]
    [InlineData(3, ScalarFunction.Silu, 2.5e-4, 6e-5)]
    public void Without_truncation(int parties, ScalarFunction function, double largest, double rms)
    {
        var spline = SplineTables.Activation(function, 2 * F, F + 4, 2, parties);
        foreach (var (from, to) in (ValueTuple<double, double>[])[(-8, 8), (-3, 3), (-60, 60)])
        {
            var (worst, mean) = PlainSpline.Sample(spline, 2 * F, from, to, x => function.Evaluate(x), new Random(9), 20_000);
            Assert.True(worst <= largest && mean <= rms, $"{function}, {parties} parties, [{from}, {to}]: largest {worst:E1}, rms {mean:E1}");
        }
    }

    /// <summary>Where x + R wraps around p, the input is off by 27 units in the last place: slopes here are below 4 per weighted unit.</summary>
    private static void Within(
        double bound, SplineFunction spline, double low, double high, Func<double, double> expected, Func<double, double> weight, int bits = F)
    {
        var (error, at) = PlainSpline.Sweep(spline, bits, low, high, expected, weight, new Random(7), wrapping: false);
        TestContext.Current.SendDiagnosticMessage($"{spline.Name}, degree {spline.Levels[0].Degree}, {(spline.Points ? "points" : "tables")}, [{low:G3}, {high:G3}]: {error:E1}");
        Assert.True(error <= bound, $"{spline.Name}: {error:E2} at {at}, allowed {bound:E2}");
        var (beside, where) = PlainSpline.Sweep(spline, bits, low, high, expected, weight, new Random(8), wrapping: true);
        var shifted = bound + 4 * Math.ScaleB(27, -Math.Min(bits, F));
        Assert.True(beside <= shifted, $"{spline.Name}, wrapping: {beside:E2} at {where}, allowed {shifted:E2}");
    }
}
