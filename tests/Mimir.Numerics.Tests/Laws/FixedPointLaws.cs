using CsCheck;
using Mimir.Numerics.Kernels;
using Xunit;
using static Mimir.Numerics.Tests.Laws.Elements;

namespace Mimir.Numerics.Tests.Laws;

public sealed class FixedPointLaws
{
    [Theory, EveryPath]
    public void Encoding_rounds_to_even_and_decoding_inverts_it(Path path)
    {
        FieldKernels kernels = path.Kernels();
        ForAll(Length.SelectMany(n => Gen.Double[-4.29e9, 4.29e9].Array[n]), reals =>
        {
            double[] encoded = new double[reals.Length], decoded = new double[reals.Length];
            Assert.True(kernels.Encode(reals, 65536, encoded));
            Assert.Equal(reals.Select(x => Field.Reduce((long)Math.Round(x * 65536, MidpointRounding.ToEven))), encoded);
            Assert.DoesNotContain(encoded, double.IsNegative);
            kernels.Decode(encoded, 65536, decoded);
            Assert.Equal(encoded.Select(a => Field.ToSigned(a) / 65536.0), decoded);
            Assert.All(reals.Zip(decoded), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 0.5 / 65536));
        });
    }

    [Theory, EveryPath]
    public void Numbers_out_of_range_are_found_at_every_place(Path path)
    {
        FieldKernels kernels = path.Kernels();
        foreach (double bad in new[] { 4294967296.0, -4294967296.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300 })
            for (int at = 0; at < 19; at++)
            {
                double[] reals = new double[19];
                reals[at] = bad;
                Assert.False(kernels.Encode(reals, 65536, new double[19]));
            }
        Assert.True(kernels.Encode([Math.BitDecrement(4294967296.0), -Math.BitDecrement(4294967296.0)], 65536, new double[2]));
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(-0.25, 0)]
    [InlineData(0.5, 0)]
    [InlineData(1.5, 2)]
    [InlineData(2.5, 2)]
    [InlineData(-1.5, Field.P - 2)]
    [InlineData(-1.0, Field.P - 1)]
    public void Ties_and_zeros(double x, double expected)
    {
        double actual = Field.Encode(x, 0);
        Assert.Equal(expected, actual);
        Assert.False(double.IsNegative(actual));
        Assert.False(double.IsNegative(Field.Encode(-0.0, 0)));
    }

    [Fact]
    public void Decoding_is_exact_and_signed()
    {
        Assert.Equal(-1.5, Field.Decode(Field.Encode(-1.5, 16), 16));
        Assert.Equal((Field.Half - 1) / 4.0, Field.Decode(Field.Half - 1, 2));
        Assert.Equal(-(Field.Half - 1) / 4.0, Field.Decode(Field.Half, 2));
        double[] both = [Field.Half - 1, Field.Half, 0, Field.P - 1];
        FieldVector.Decode(both, 0, both);
        Assert.Equal([Field.Half - 1, -(Field.Half - 1), 0, -1], both);
    }

    [Fact]
    public void Misuse_is_refused_without_quoting_the_number()
    {
        ArgumentOutOfRangeException error =
            Assert.Throws<ArgumentOutOfRangeException>(() => FieldVector.Encode([1, 123456789012.0], 16, new double[2]));
        Assert.DoesNotContain("123456789", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Field.Encode(1, 63));
        Assert.Throws<ArgumentOutOfRangeException>(() => Field.Decode(1, -1));
        Assert.Throws<ArgumentException>(() => FieldVector.Encode([1, 2], 16, new double[1]));
    }
}
