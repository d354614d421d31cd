using System.Numerics;
using CsCheck;
using Xunit;
using static Mimir.Numerics.Tests.Laws.Elements;

namespace Mimir.Numerics.Tests.Laws;

public sealed class FieldLaws
{
    private static readonly BigInteger P = Field.Prime;

    [Fact]
    public void The_modulus_is_prime_and_two_times_half_is_one()
    {
        // p − 1 = 2^2·... : Fermat for many bases, with the integers' own arithmetic.
        for (int a = 2; a < 60; a++)
            Assert.Equal(BigInteger.One, BigInteger.ModPow(a, P - 1, P));
        Assert.Equal(1.0, Field.Multiply(2, Field.Half));
        Assert.Equal((1L << 50) - 27, Field.Prime);
    }

    [Fact]
    public void Two_operands_agree_with_integers() => ForAll(Gen.Select(Any, Any), pair =>
    {
        (double a, double b) = pair;
        (BigInteger x, BigInteger y) = ((BigInteger)a, (BigInteger)b);
        AssertElement((x + y) % P, Field.Add(a, b));
        AssertElement((x - y + P) % P, Field.Subtract(a, b));
        AssertElement((P - x) % P, Field.Negate(a));
        AssertElement(x * y % P, Field.Multiply(a, b));
    }, 20000);

    [Fact]
    public void Products_near_a_multiple_of_the_modulus_are_exact()
    {
        // a·b ≡ r for the r where the quotient estimate is most easily wrong.
        foreach (double r in new double[] { 0, 1, 2, Field.P - 1, Field.P - 2, Field.Half, Field.Half - 1 })
            ForAll(Any.Where(a => a != 0), a =>
            {
                double b = Field.Multiply(r, Field.Inverse(a));
                AssertElement((BigInteger)a * (BigInteger)b % P, Field.Multiply(a, b));
                Assert.Equal(r, Field.Multiply(a, b));
            });
    }

    [Fact]
    public void Any_integer_reduces()
    {
        foreach (long v in new[] { 0, 1, -1, Field.Prime, -Field.Prime, Field.Prime - 1, long.MaxValue, long.MinValue, 1L << 50, -(1L << 50) })
            AssertElement(Modulo(v), Field.Reduce(v));
        ForAll(Gen.Long, v => AssertElement(Modulo(v), Field.Reduce(v)), 20000);
    }

    [Fact]
    public void Any_wide_integer_reduces()
    {
        foreach (Int128 v in new[] { 0, 1, -1, Field.Prime, Int128.MaxValue, Int128.MinValue, (Int128)long.MinValue, (Int128)1 << 100 })
            AssertElement(Modulo((BigInteger)v), Field.Reduce(v));
        ForAll(Gen.Select(Gen.ULong, Gen.ULong), pair =>
        {
            Int128 v = new(pair.Item1, pair.Item2);
            AssertElement(Modulo((BigInteger)v), Field.Reduce(v));
        }, 20000);
    }

    [Fact]
    public void Powers_and_inverses() => ForAll(Gen.Select(Any, Gen.Long[0, long.MaxValue]), pair =>
    {
        (double a, long e) = pair;
        AssertElement(BigInteger.ModPow((BigInteger)a, e, P), Field.Power(a, e));
        Assert.Equal(a == 0 ? 0 : 1, Field.Multiply(a, Field.Inverse(a)));
        Assert.Equal(1, Field.Power(a, 0));
    }, 1000);

    [Fact]
    public void A_negative_exponent_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Field.Power(3, -1));

    [Fact]
    public void Signed_representatives()
    {
        Assert.Equal(Field.Half - 1, Field.ToSigned(Field.Half - 1));
        Assert.Equal(Field.Half - Field.Prime, Field.ToSigned(Field.Half));
        Assert.Equal(-1, Field.ToSigned(Field.P - 1));
        ForAll(Any, a => Assert.Equal(a, Field.Reduce(Field.ToSigned(a))));
    }

    internal static void AssertElement(BigInteger expected, double actual)
    {
        Assert.Equal((double)expected, actual);
        Assert.False(double.IsNegative(actual));
    }

    private static BigInteger Modulo(BigInteger v) => ((v % P) + P) % P;
}
