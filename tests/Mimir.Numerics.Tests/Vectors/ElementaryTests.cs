using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Xunit;

namespace Mimir.Numerics.Tests.Vectors;

public sealed class ElementaryTests
{
    private const int Samples = 100_000;

    public static TheoryData<string, double, double, int> Ranges => new()
    {
        { "exp", -30, 10, 2 }, { "exp", -745, 709.7, 2 }, { "ln", 1e-9, 2, 2 }, { "ln", 0.99, 1.01, 2 }, { "ln", 1, 1e9, 2 }, { "tanh", -1e-3, 1e-3, 4 },
        { "tanh", -5, 5, 4 }, { "sin", -4, 4, 2 }, { "sin", -1e6, 1e6, 2 }, { "cos", -4, 4, 2 }, { "cos", -1e9, 1e9, 2 },
    };

    /// <summary>Units in the last place: the system's library errs by one itself, its tanh by two.</summary>
    [Theory]
    [MemberData(nameof(Ranges))]
    public void Agrees_with_the_systems_library_to_some_last_places(string function, double low, double high, int units)
    {
        var (mine, theirs) = Pair(function);
        foreach (double x in Inputs(low, high))
        {
            double expected = theirs(x), unit = Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected);
            Assert.InRange(Math.Abs(mine(x) - expected), 0, units * unit);
        }
    }

    [Fact]
    public void Special_arguments()
    {
        Assert.Equal([1, 0, double.PositiveInfinity, double.Epsilon], [Elementary.Exp(0), Elementary.Exp(-746), Elementary.Exp(710), Elementary.Exp(-745)]);
        Assert.Equal([0, double.NegativeInfinity, double.PositiveInfinity], [Elementary.Log(1), Elementary.Log(0), Elementary.Log(double.PositiveInfinity)]);
        Assert.Equal(Math.Log(double.Epsilon), Elementary.Log(double.Epsilon));
        Assert.All([Elementary.Log(-1), Elementary.Log(double.NaN), Elementary.Exp(double.NaN), Elementary.Tanh(double.NaN)], x => Assert.True(double.IsNaN(x)));
        Assert.Equal([0, -1, 1], [Elementary.Tanh(0), Elementary.Tanh(double.NegativeInfinity), Elementary.Tanh(21)]);
        Assert.Equal([0, 1, -1, 1], [Elementary.Sin(0), Elementary.Cos(0), Elementary.Cos(Math.PI), Elementary.Sin(Math.PI / 2)]);
        Assert.All([2 * Elementary.LargestAngle, double.NaN, double.PositiveInfinity], x => Assert.Throws<ArgumentOutOfRangeException>(() => Elementary.Sin(x)));
    }

    [Fact]
    public void Powers_are_good_enough_for_frequencies()
    {
        for (int j = 0; j < 64; j++)
            Assert.Equal(1, Elementary.Power(500_000, -j / 64.0) / Math.Pow(500_000, -j / 64.0), 1e-14);
    }

    /// <summary>One digest for every machine. The system's library has another one on another kind of processor.</summary>
    [Fact]
    public void Gives_the_same_bits_everywhere()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string function, double low, double high, int _) in Ranges.Select(row => row.Data))
            hash.AppendData(MemoryMarshal.AsBytes<double>(Inputs(low, high).Select(Pair(function).Mine).ToArray()));
        Assert.Equal("0B93AB811E5E3B2009B60E2DC13859F9", Convert.ToHexString(hash.GetHashAndReset())[..32]);
    }

    // Always the same: products and sums of integers below 2^53, and one division by a power of two.
    private static IEnumerable<double> Inputs(double low, double high)
    {
        ulong state = 1;
        for (int i = 0; i < Samples; i++)
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            yield return low + (high - low) * ((state >> 11) * (1.0 / (1L << 53)));
        }
    }

    private static (Func<double, double> Mine, Func<double, double> Theirs) Pair(string function) => function switch
    {
        "exp" => (Elementary.Exp, Math.Exp),
        "ln" => (Elementary.Log, Math.Log),
        "tanh" => (Elementary.Tanh, Math.Tanh),
        "sin" => (Elementary.Sin, Math.Sin),
        _ => (Elementary.Cos, Math.Cos),
    };
}
