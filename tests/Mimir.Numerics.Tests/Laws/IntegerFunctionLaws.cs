using Mimir.Numerics.Integers;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>The integer functions against the runtime's, over their whole domains.</summary>
public sealed class IntegerFunctionLaws
{
    private const double Error = 1.0 / (1 << 28);

    [Fact]
    public void Exponential_is_the_exponential()
    {
        for (var x = -45.0; x <= 0; x += 0.0137) Assert.Equal(Math.Exp(x), Real(IntegerFunctions.Exponential(Integer(x))), Error);
        Assert.Equal(1L << 32, IntegerFunctions.Exponential(0));
        Assert.Equal(0, IntegerFunctions.Exponential(long.MinValue / 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => IntegerFunctions.Exponential(1));
    }

    [Fact]
    public void Sigmoid_and_silu_are_what_they_are_called()
    {
        for (var x = -60.0; x < 60; x += 0.0173)
        {
            Assert.Equal(1 / (1 + Math.Exp(-x)), Real(IntegerFunctions.Sigmoid(Integer(x))), Error);
            Assert.Equal(x / (1 + Math.Exp(-x)), Real(IntegerFunctions.Silu(Integer(x))), 64 * Error);
        }
    }

    [Fact]
    public void Both_gelus_are_what_they_are_called()
    {
        for (var x = -40.0; x < 40; x += 0.0173)
            Assert.Equal(0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))), Real(IntegerFunctions.GeluTanh(Integer(x))), 16 * Error);
        // Values of x·Φ(x) from tables of Φ.
        foreach (var (x, phi) in (ValueTuple<double, double>[])[(-5, 2.866515718791933e-07), (-3, 0.0013498980316300945), (-1, 0.15865525393145705), (0, 0.5), (0.5, 0.6914624612740131), (1, 0.8413447460685429), (2, 0.9772498680518208), (4, 0.9999683287581669), (7.5, 0.9999999999999681)])
            Assert.Equal(x * phi, Real(IntegerFunctions.Gelu(Integer(x))), 16 * Error);
        Assert.Equal(Integer(9), IntegerFunctions.Gelu(Integer(9)));
        Assert.Equal(0, IntegerFunctions.Gelu(Integer(-9)));
    }

    [Fact]
    public void The_inverse_root_is_the_largest_integer_below_it()
    {
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var x = random.NextInt64(1, long.MaxValue) >> random.Next(62);
            if (x == 0) continue;
            UInt128 root = (UInt128)IntegerFunctions.InverseRoot(x), square = (UInt128.One << 96) / (ulong)x;
            Assert.True(root * root <= square && (root + 1) * (root + 1) > square, $"{x}");
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => IntegerFunctions.InverseRoot(0));
    }

    private static long Integer(double x) => (long)Math.Round(Math.ScaleB(x, IntegerFunctions.FractionBits));

    private static double Real(long x) => Math.ScaleB(x, -IntegerFunctions.FractionBits);
}
