using System.Numerics;
using CsCheck;
using Mimir.Numerics.Packing;
using Xunit;
using static Mimir.Numerics.Tests.Laws.Elements;

namespace Mimir.Numerics.Tests.Laws;

public sealed class FieldPackingLaws
{
    [Fact]
    public void Elements_are_digits_of_one_little_endian_number() => ForAll(Any.Array[Length], x =>
    {
        BigInteger number = 0;
        for (int j = x.Length - 1; j >= 0; j--) number = (number << 50) + (BigInteger)x[j];
        byte[] expected = new byte[(x.Length * 50 + 7) / 8];
        if (x.Length > 0) number.ToByteArray(isUnsigned: true).CopyTo(expected, 0);
        byte[] packed = new byte[FieldPacking.Bytes(x.Length)];
        FieldPacking.Pack(x, packed);
        Assert.Equal(expected, packed);
        PortablePacking.Pack(x, packed);
        Assert.Equal(expected, packed);
        if (!ShuffledPacking.IsSupported) return;
        Array.Clear(packed);
        int done = ShuffledPacking.Pack(x, packed);
        PortablePacking.Pack(x.AsSpan(done), packed.AsSpan(FieldPacking.Bytes(done)));
        Assert.Equal(expected, packed);
    });

    [Fact]
    public void Unpacking_gives_the_elements_back() => ForAll(Any.Array[Length], x =>
    {
        byte[] packed = new byte[FieldPacking.Bytes(x.Length)];
        double[] fast = new double[x.Length], portable = new double[x.Length];
        FieldPacking.Pack(x, packed);
        Assert.True(FieldPacking.TryUnpack(packed, fast));
        bool canonical = true;
        PortablePacking.Unpack(packed, portable, ref canonical);
        Assert.True(canonical);
        Assert.Equal(x, fast);
        Assert.Equal(x, portable);
        if (!ShuffledPacking.IsSupported) return;
        double[] shuffled = new double[x.Length];
        int done = ShuffledPacking.Unpack(packed, shuffled, ref canonical);
        Assert.True(canonical);
        Assert.InRange(done, x.Length - 7, x.Length);
        Assert.Equal(x[..done], shuffled[..done]);
    });

    /// <summary>The way for 256-bit registers, on machines with wider ones too.</summary>
    [Fact]
    public void Shuffles_refuse_what_is_no_element()
    {
        Assert.SkipUnless(ShuffledPacking.IsSupported, "needs AVX2");
        double[] x = Draw(32, 3), unpacked = new double[32];
        byte[] packed = new byte[FieldPacking.Bytes(32)];
        for (int at = 0; at < 24; at++)
            foreach (long word in new[] { Field.Prime - 1, Field.Prime, (1L << 50) - 1 })
            {
                double[] altered = [.. x];
                altered[at] = word;
                PortablePacking.Pack(altered, packed);
                bool canonical = true;
                ShuffledPacking.Unpack(packed, unpacked, ref canonical);
                Assert.Equal(word < Field.Prime, canonical);
            }
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 13)]
    [InlineData(3, 19)]
    [InlineData(4, 25)]
    [InlineData(0, 0)]
    [InlineData(768, 4800)]
    public void Bytes_are_fifty_bits_an_element_rounded_up(int elements, int bytes)
    {
        Assert.Equal(bytes, FieldPacking.Bytes(elements));
        Assert.Equal(bytes, FieldPacking.Bytes((long)elements));
    }

    /// <summary>Every number in [p, 2^50) at every place, and every bit behind the last element.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(29)]
    [InlineData(64)]
    public void What_is_no_packed_vector_is_refused(int length)
    {
        double[] x = Draw(length, 3), unpacked = new double[length];
        byte[] packed = new byte[FieldPacking.Bytes(length)];
        for (int at = 0; at < length; at++)
            foreach (long word in new[] { Field.Prime, Field.Prime + 1, (1L << 50) - 1 })
            {
                double kept = x[at];
                x[at] = word;
                FieldPacking.Pack(x, packed);
                x[at] = kept;
                Refuse();
            }
        FieldPacking.Pack(x, packed);
        Assert.True(FieldPacking.TryUnpack(packed, unpacked));
        for (int bit = length * 50; bit < packed.Length * 8; bit++)
        {
            packed[bit / 8] ^= (byte)(1 << bit % 8);
            Refuse();
            packed[bit / 8] ^= (byte)(1 << bit % 8);
        }

        void Refuse()
        {
            Assert.False(FieldPacking.TryUnpack(packed, unpacked));
            bool canonical = true;
            PortablePacking.Unpack(packed, unpacked, ref canonical);
            Assert.False(canonical);
        }
    }

    [Fact]
    public void Whatever_arrives_unpacks_to_canonical_elements_or_is_refused() => ForAll(Gen.Byte.Array[125], packed =>
    {
        double[] unpacked = new double[20];
        Assert.Equal(FieldPacking.TryUnpack(packed, unpacked), FieldVector.IsCanonical(unpacked));
    });

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => FieldPacking.Pack(new double[4], new byte[26]));
        Assert.Throws<ArgumentException>(() => FieldPacking.TryUnpack(new byte[24], new double[4]));
    }
}
