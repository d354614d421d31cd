using Mimir.Models.Reference;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>Softmax and its tables at f = 16 and degree 2, over the whole range of scores (docs/accuracy.md).</summary>
public sealed class SoftmaxTests
{
    private const int F = 16;
    private const double RelativeError = 1.4e-4;

    /// <summary>Beside the relative error: what lies below e^−11, and rounding.</summary>
    private const double AbsoluteError = 1.7e-5;

    private static readonly int[] Parties = [2, 3];

    public static TheoryData<string, int> Rows => new()
    {
        { "equal", 1 }, { "equal", 2 }, { "equal", 600 }, { "first is largest", 40 }, { "last is largest", 40 }, { "first is smallest", 40 },
        { "edges of bins", 130 }, { "ends of the range", 12 }, { "close together", 300 }, { "far apart", 20 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Weights_are_the_reference_and_sum_to_one(string kind, int width)
    {
        foreach (var parties in Parties) await WeightsAsync(kind, width, parties);
    }

    private static async Task WeightsAsync(string kind, int width, int parties)
    {
        var numbers = new Numbers(TinyModel.Llama(1).Layout with { MaxPositions = 2048 }, F, 2, parties);
        var random = new Random(21);
        var scores = Enumerable.Range(0, width).Select(t => kind switch
        {
            "equal" => -31.5,
            "first is largest" => 5.0 - t,
            "last is largest" => 3.0 * t,
            "first is smallest" => t == 0 ? -60 : 60 + random.NextDouble(),
            // Relative to the first: −1, 0, 1, … and the units beside each.
            "edges of bins" => t % 124 + Math.ScaleB(t % 3 - 1, -2 * F),
            "ends of the range" => t == 0 ? 0 : t % 2 == 0 ? 123.9 : -127.9,
            "close together" => random.NextDouble(),
            _ => random.Next(-60, 60),
        }).ToArray();
        var expected = FloatArithmetic.Softmax(scores, 1);
        var harness = new GadgetHarness(parties)
        {
            Deal = t => Softmax.Deal(t, 1, width, numbers),
            Triples = (int)Softmax.Cost(1, width, numbers).Triples,
        };
        var input = Array.ConvertAll(scores, s => Field.Reduce((long)Math.Round(Math.ScaleB(s, 2 * F))));
        var result = await harness.RunAsync([input], (step, x) => Softmax.RunAsync(step, x[0], 1, numbers));
        var weights = Array.ConvertAll(result, r => Field.Decode(r, numbers.WeightBits));
        for (var t = 0; t < width; t++)
            Assert.True(Math.Abs(weights[t] - expected[t]) <= RelativeError * expected[t] + AbsoluteError, $"{t}: {weights[t]:E3} for {expected[t]:E3}");
        Assert.Equal(1, weights.Sum(), RelativeError);
    }

    /// <summary>Dropped columns weigh nothing and move nothing, the first ones too, however far their scores are from those that are kept.</summary>
    [Theory]
    [InlineData(100.0)]
    [InlineData(-100.0)]
    public async Task Dropped_columns_weigh_nothing(double outside)
    {
        bool[] dropped = [true, true, false, true, false, false, true];
        double[] scores = [.. dropped.Select((isDropped, t) => isDropped ? outside : -10.0 + t)];
        double[] kept = [.. scores.Where((_, t) => !dropped[t])];
        foreach (var parties in Parties)
        {
            var numbers = new Numbers(TinyModel.Llama(1).Layout, F, 2, parties);
            var harness = new GadgetHarness(parties) { Deal = t => Softmax.Deal(t, 1, 7, numbers), Triples = (int)Softmax.Cost(1, 7, numbers).Triples };
            var input = Array.ConvertAll(scores, s => Field.Reduce((long)Math.Round(Math.ScaleB(s, 2 * F))));
            var weights = Array.ConvertAll(
                await harness.RunAsync([input], (step, x) => Softmax.RunAsync(step, x[0], 1, numbers, dropped)), r => Field.Decode(r, numbers.WeightBits));
            Assert.All(weights.Where((_, t) => dropped[t]), w => Assert.Equal(0, w));
            Assert.All(weights.Where((_, t) => !dropped[t]).Zip(FloatArithmetic.Softmax(kept, 1)), pair => Assert.Equal(pair.Second, pair.First, 2e-4));
        }
    }

    /// <summary>Relative, and absolute far down.</summary>
    [Theory]
    [InlineData(1, 6e-3)]
    [InlineData(2, 1.1e-4)]
    [InlineData(3, 9e-5)]
    public void Exponential(int degree, double bound)
    {
        foreach (var parties in Parties)
        {
            var function = SoftmaxTables.Exponential(F, degree, 40 - F, parties);
            Within(bound, function, 2 * F, -270, 0.05, Math.Exp, _ => 1);
            Within(6e-6, function, 2 * F, -11, -5, Math.Exp, _ => 1);
            Within(1e-6, function, 2 * F, -270, -15.1, _ => 0, _ => 1);
        }
    }

    /// <summary>Relative, as far down as the largest score may lie below the edge; absolute below; nothing but zero far down.</summary>
    [Theory]
    [InlineData(1, 5e-3)]
    [InlineData(2, 1e-4)]
    [InlineData(3, 6e-5)]
    public void Exponential_for_sums(int degree, double bound)
    {
        foreach (var parties in Parties)
        {
            var function = SoftmaxTables.ExponentialSum(F, degree, 36, parties);
            Within(bound, function, 2 * F, parties == 2 ? -8.1 : -4.1, 0.05, Math.Exp, x => Math.Exp(-x));
            Within(bound, function, 2 * F, -270, 0.05, Math.Exp, _ => 1);
            Within(1e-6, function, 2 * F, -270, -32.1, _ => 0, _ => 1);
        }
    }

    [Theory]
    [InlineData(1, 6e-4)]
    [InlineData(2, 5e-5)]
    [InlineData(3, 5e-5)]
    public void Logarithm(int degree, double bound)
    {
        foreach (var parties in Parties)
            foreach (var positions in (int[])[1, 14, 15, 64, 480, 2048])
                Within(
                    bound, SoftmaxTables.Logarithm(F, degree, 36, SoftmaxTables.LogarithmRange(positions), parties), 36, Math.Exp(parties == 2 ? -8.05 : -4.05), positions * 1.001,
                    Math.Log, _ => 1);
    }

    private static void Within(double bound, SplineFunction spline, int bits, double low, double high, Func<double, double> expected, Func<double, double> weight)
    {
        foreach (var wrapping in (bool[])[false, true])
        {
            var (error, at) = PlainSpline.Sweep(spline, bits, low, high, expected, weight, new Random(7), wrapping);
            TestContext.Current.SendDiagnosticMessage($"{spline.Name}, degree {spline.Levels[0].Degree}, {(spline.Points ? "points" : "tables")}, [{low:G3}, {high:G3}]: {error:E1}");
            Assert.True(error <= bound, $"{spline.Name}, points {spline.Points}, wrapping {wrapping}: {error:E2} at {at}, allowed {bound:E2}");
        }
    }
}
