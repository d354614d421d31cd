using CsCheck;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Shares;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>What gadgets compute from opened numbers alone, registers at a time in doubles, against the formulas in integers.</summary>
public sealed class PublicPartsTests
{
    private static readonly Gen<long[]> Elements = Gen.Long[0, Field.Prime - 1].Array[0, 20].Select(random => (long[])
        [.. random, 0, 1, Field.Half - 1, Field.Half, Field.Prime - 1, (1L << 48) - 1, 1L << 48, (1L << 48) + 1, (1L << 49) - 1, 1L << 49]);

    [Fact]
    public void Truncations() => Gen.Select(Elements, Gen.Int[0, 48]).Sample((c, shift) =>
    {
        var (u, g) = (new double[c.Length], new double[c.Length]);
        Truncate.Public(new Opened(c.Select(v => (double)v).ToArray()), shift, u, g);
        Assert.Equal(c.Select(v => Field.Reduce((v >> shift) - (1L << (48 - shift)))), u);
        Assert.Equal(c.Select(v => v < Field.Half ? Field.Reduce(((v + Field.Prime) >> shift) - (v >> shift)) : 0), g);
        Assert.True(FieldVector.IsCanonical(u) && FieldVector.IsCanonical(g));
    }, seed: "0000000000001", iter: 500, threads: 1);

    [Fact]
    public void Comparisons() => Gen.Select(Elements, Gen.Int[0, 49]).Sample((c, top) =>
    {
        var (bit, sign) = (new double[c.Length], new double[c.Length]);
        Compare.Public([.. c.Select(v => (double)v)], top, bit, sign);
        Assert.Equal(c.Select(v => (double)((v >> top) & 1)), bit);
        Assert.Equal(c.Select(v => Field.Reduce(1 - 2 * ((v >> top) & 1))), sign);
        Assert.True(FieldVector.IsCanonical(bit) && FieldVector.IsCanonical(sign));
    }, seed: "0000000000002", iter: 500, threads: 1);
}
