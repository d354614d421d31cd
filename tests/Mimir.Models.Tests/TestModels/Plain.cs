namespace Mimir.Models.Tests.TestModels;

/// <summary>The few operations of an unfolded forward pass, as plainly as they can be written.</summary>
public static class Plain
{
    public static double[] Add(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a + b)];

    /// <summary>y_o = Σ_i W[o, i]·x_i.</summary>
    public static double[] Linear(double[] weight, double[] x) =>
        [.. Enumerable.Range(0, weight.Length / x.Length).Select(o => x.Select((v, i) => weight[o * x.Length + i] * v).Sum())];

    public static double[] Softmax(double[] scores)
    {
        var powers = scores.Select(s => Math.Exp(s - scores.Max())).ToArray();
        return [.. powers.Select(p => p / powers.Sum())];
    }

    public static double Activate(string name, double x) => name switch
    {
        "silu" => x / (1 + Math.Exp(-x)),
        "gelu_new" => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * Math.Pow(x, 3)))),
        "gelu" => x * NormalDistribution(x),
        _ => throw new ArgumentException(name),
    };

    // Φ(x) = 1/2 + ∫_0^x exp(−t²/2)/√(2π) dt, by Simpson's rule: independent of the series under test.
    private static double NormalDistribution(double x)
    {
        const int Steps = 4000;
        double Density(double t) => Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI);
        var h = x / Steps;
        var sum = Density(0) + Density(x);
        for (var i = 1; i < Steps; i++) sum += (i % 2 == 0 ? 2 : 4) * Density(i * h);
        return 0.5 + sum * h / 3;
    }
}
