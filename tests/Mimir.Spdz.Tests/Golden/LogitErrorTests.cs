using Mimir.Models.Reference;
using Mimir.Spdz.Diagnostics;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Golden;

/// <summary>docs/accuracy.md: the fixed-point error of the logits, on the third-party model.</summary>
public sealed class LogitErrorTests
{
    private const int Tokens = 24;

    [Fact]
    public async Task Logits_differ_from_the_reference_by_at_most_a_hundredth_at_default_settings() =>
        Assert.InRange((await MeasureAsync(16, 2)).Worst, 1e-5, 1e-2);

    [Fact]
    public async Task The_error_falls_with_the_degree_of_the_splines() =>
        Assert.True((await MeasureAsync(16, 2)).Rms < 0.2 * (await MeasureAsync(16, 1)).Rms);

    [Fact]
    public async Task The_error_falls_with_the_fraction_bits() =>
        Assert.True((await MeasureAsync(16, 3)).Rms < 0.6 * (await MeasureAsync(14, 3)).Rms);

    /// <summary>Largest and root mean square difference over all logits of greedy generation from the first prompt.</summary>
    private static async Task<(double Worst, double Rms)> MeasureAsync(int fractionBits, int degree)
    {
        using var model = SharedModel.Open();
        var (_, prompt, _) = SharedModel.Expected()[0];
        var plan = Plans.Single(prompt.Length, Tokens) with { FractionBits = fractionBits, ChebyshevDegree = degree, AuditRate = 0, BlockSteps = 8 };
        var reference = new ReferenceModel(new ReferenceWeights(model.Weights));
        double[] expected = [];
        foreach (var token in prompt) expected = reference.Step(token)!;
        double worst = 0, squares = 0;
        var count = 0;
        await new SecureLogits(model.Weights, plan, 2, active: false).RunAsync(prompt, (token, logits) =>
        {
            for (var i = 0; i < logits.Length; i++)
            {
                var difference = Math.Abs(logits[i] - expected[i]);
                worst = Math.Max(worst, difference);
                squares += difference * difference;
                count++;
            }
            expected = reference.Step(token)!;
        }, TestContext.Current.CancellationToken);
        return (worst, Math.Sqrt(squares / count));
    }
}
