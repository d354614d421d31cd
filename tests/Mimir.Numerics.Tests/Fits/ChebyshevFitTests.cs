using Xunit;

namespace Mimir.Numerics.Tests.Fits;

public sealed class ChebyshevFitTests
{
    // protocol.md, section 5.3: GELU on [−8, 8) with 64 segments of degree 2 errs by 5e-4, with 128 by 6e-5.
    [Theory]
    [InlineData(64, 2, 4e-4, 6e-4)]
    [InlineData(128, 2, 5e-5, 7e-5)]
    [InlineData(64, 3, 1e-5, 1e-4)]
    public void Gelu_errs_as_the_protocol_states(int count, int degree, double atLeast, double atMost)
    {
        double width = 16.0 / count;
        double[][] segments = ChebyshevFit.Segments(Gelu, -8, width, count, degree);
        Assert.InRange(ChebyshevFit.MaxError(Gelu, segments, -8, width), atLeast, atMost);
    }

    [Fact]
    public void A_polynomial_of_the_degree_is_reproduced_around_each_left_edge()
    {
        // 3 − 2x + x² at x = x0 + w·u.
        const double Low = -3, Width = 0.5;
        double[][] segments = ChebyshevFit.Segments(x => 3 - 2 * x + x * x, Low, Width, 12, 2);
        for (int j = 0; j < segments.Length; j++)
        {
            double x0 = Low + j * Width;
            double[] expected = [3 - 2 * x0 + x0 * x0, (2 * x0 - 2) * Width, Width * Width];
            for (int k = 0; k <= 2; k++)
                Assert.Equal(expected[k], segments[j][k], 1e-12);
        }
    }

    [Fact]
    public void Higher_degrees_converge_and_the_whole_offset_range_is_covered()
    {
        double previous = double.MaxValue;
        for (int degree = 1; degree <= 8; degree++)
        {
            double[][] segments = ChebyshevFit.Segments(Math.Exp, -4, 1, 4, degree);
            double error = ChebyshevFit.MaxError(Math.Exp, segments, -4, 1);
            Assert.True(error < previous / 3, $"degree {degree}: {error}");
            // A borrow: x = −3.5 seen from segment 1 with a negative offset.
            Assert.Equal(Math.Exp(-3.5), ChebyshevFit.Evaluate(segments[1], -0.5), error * 1.01);
            previous = error;
        }
    }

    [Fact]
    public void Misuse_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ChebyshevFit.Segments(Math.Exp, 0, 0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChebyshevFit.Segments(Math.Exp, 0, 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChebyshevFit.Segments(Math.Exp, 0, 1, 1, 40));
        Assert.Throws<ArgumentNullException>(() => ChebyshevFit.Segments(null!, 0, 1, 1, 1));
    }

    // erfc by its continued fraction would do; this integral is exact enough and shares nothing with the fit.
    private static double Gelu(double x)
    {
        const int Steps = 400;
        double sum = 0, h = x / Steps;
        for (int i = 0; i < Steps; i++)
            sum += Density(i * h) + 4 * Density((i + 0.5) * h) + Density((i + 1) * h);
        return x * (0.5 + sum * h / 6);

        static double Density(double t) => Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI);
    }
}
