using Mimir.Numerics.Kernels;
using Xunit;

namespace Mimir.Numerics.Tests.Laws;

/// <summary>Bytes from outside are accepted exactly when they are canonical, wherever in the vector the offence stands.</summary>
public sealed class CanonicalLaws
{
    private static readonly double[] Accepted = [0, 1, 2, Field.P - 1, Field.Half, 1L << 49];

    private static readonly double[] Refused =
    [
        double.NaN, -double.NaN, BitConverter.Int64BitsToDouble(0x7FF0_0000_0000_0001), BitConverter.Int64BitsToDouble(-1),
        double.PositiveInfinity, double.NegativeInfinity, -0.0, -1, -Field.P, Field.P, Field.P + 1, 1L << 50, 0.5, 1.5,
        Field.P - 1.5, Field.P - 0.125, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 1e-300,
        BitConverter.Int64BitsToDouble(0x000F_FFFF_FFFF_FFFF), 4503599627370496.0, 9007199254740992.0,
    ];

    [Theory, EveryPath]
    public void Every_offence_is_found_at_every_place(Path path)
    {
        FieldKernels kernels = path.Kernels();
        for (int length = 1; length < 36; length++)
        {
            double[] values = Enumerable.Range(0, length).Select(i => Accepted[i % Accepted.Length]).ToArray();
            Assert.True(kernels.IsCanonical(values));
            foreach (double offence in Refused)
                for (int at = 0; at < length; at++)
                {
                    double kept = values[at];
                    values[at] = offence;
                    Assert.False(kernels.IsCanonical(values), $"{offence:R} at {at} of {length}");
                    values[at] = kept;
                }
        }
    }

    [Theory, EveryPath]
    public void Offences_do_not_cancel(Path path)
    {
        FieldKernels kernels = path.Kernels();
        foreach (double first in Refused)
            foreach (double second in Refused)
                Assert.False(kernels.IsCanonical([first, second, 0, 0, first, second, 0, 0, second, first]));
        Assert.False(kernels.IsCanonical(Enumerable.Repeat(-0.0, 64).ToArray()));
        Assert.False(kernels.IsCanonical(Enumerable.Repeat(0.5, 64).ToArray()));
    }

    [Fact]
    public void The_public_method_agrees()
    {
        Assert.True(FieldVector.IsCanonical([]));
        Assert.True(FieldVector.IsCanonical(Accepted));
        Assert.All(Refused, value => Assert.False(FieldVector.IsCanonical([value])));
    }
}
