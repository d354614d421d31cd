using Mimir.Models.Transformers;

namespace Mimir.Models.Tests.Transformers;

public class ScalarFunctionsTests
{
    // Source: Python 3.11 math.erf.
    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1e-10, 1.1283791670955126e-10)]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(-1.0, -0.8427007929497149)]
    [InlineData(2.0, 0.9953222650189527)]
    [InlineData(3.5, 0.9999992569016276)]
    [InlineData(5.5, 0.9999999999999927)]
    [InlineData(7.0, 1.0)]
    public void Error_function(double x, double expected) => Assert.Equal(expected, ScalarFunctions.ErrorFunction(x), 1e-15);

    // Source: Python 3.11, from the definitions.
    [Theory]
    [InlineData(ScalarFunction.Silu, 1.5, 1.2263617142904655)]
    [InlineData(ScalarFunction.Silu, -3.0, -0.14227761953270035)]
    [InlineData(ScalarFunction.Gelu, 1.5, 1.399789198096713)]
    [InlineData(ScalarFunction.Gelu, -0.7, -0.1693745565561511)]
    [InlineData(ScalarFunction.GeluTanh, 1.5, 1.3995715769802328)]
    [InlineData(ScalarFunction.GeluTanh, -0.7, -0.16942986529488321)]
    public void Activations(ScalarFunction function, double x, double expected) => Assert.Equal(expected, function.Evaluate(x), 1e-14);

    [Fact]
    public void Extreme_arguments_give_their_limits()
    {
        foreach (var function in Enum.GetValues<ScalarFunction>())
        {
            Assert.Equal(1000, function.Evaluate(1000));
            Assert.Equal(0, function.Evaluate(-1000), 1e-12);
        }
    }
}
