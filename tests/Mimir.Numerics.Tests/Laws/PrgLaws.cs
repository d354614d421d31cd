using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CsCheck;
using Mimir.Numerics.Keystreams;
using Mimir.Numerics.Simd;
using Xunit;
using static Mimir.Numerics.Tests.Laws.Elements;

namespace Mimir.Numerics.Tests.Laws;

public sealed class PrgLaws
{
    private static readonly byte[] Key = Enumerable.Range(0, 32).Select(i => (byte)(i * 11 % 256)).ToArray();

    [Fact]
    public void Any_split_of_the_calls_gives_the_same_elements()
    {
        using Prg prg = new(Key, 1);
        double[] whole = new double[3000];
        prg.Fill(0, whole);
        Assert.True(FieldVector.IsCanonical(whole));
        ForAll(Gen.Select(Gen.Int[0, 2999], Gen.Int[0, 2999]), cut =>
        {
            (int start, int end) = (Math.Min(cut.Item1, cut.Item2), Math.Max(cut.Item1, cut.Item2));
            double[] part = new double[end - start];
            prg.Fill((ulong)start, part);
            Assert.Equal(whole[start..end], part);
        });
    }

    [Fact]
    public void Any_split_of_the_calls_gives_the_same_bytes()
    {
        using Prg prg = new(Key, 1);
        byte[] whole = new byte[700];
        prg.FillBytes(0, whole);
        ForAll(Gen.Select(Gen.Int[0, 699], Gen.Int[0, 699]), cut =>
        {
            (int start, int end) = (Math.Min(cut.Item1, cut.Item2), Math.Max(cut.Item1, cut.Item2));
            byte[] part = new byte[end - start];
            prg.FillBytes((ulong)start, part);
            Assert.Equal(whole[start..end], part);
        });
    }

    [Fact]
    public void Streams_keys_and_bytes_are_unrelated()
    {
        double[] first = Elements(Key, 1), second = Elements(Key, 2), other = Elements(Key[..16], 1);
        Assert.Empty(first.Intersect(second));
        Assert.Empty(first.Intersect(other));
        using Prg prg = new(Key, 1);
        ulong[] words = new ulong[first.Length];
        prg.FillBytes(0, MemoryMarshal.AsBytes(words.AsSpan()));
        Assert.Empty(first.Intersect(words.Select(word => (double)(word & WordConversion.Mask))));
    }

    [Fact]
    public void Elements_are_uniform()
    {
        // Chi-square with 255 degrees of freedom over the value and over its lowest bits: mean 255, deviation 22.6.
        const int Count = 1 << 18;
        using Prg prg = new(Key, 9);
        double[] elements = new double[Count];
        prg.Fill(0, elements);
        Assert.InRange(ChiSquare(elements.Select(x => (int)(x * 256 / Field.P))), 150, 370);
        Assert.InRange(ChiSquare(elements.Select(x => (int)((long)x & 255))), 150, 370);

        static double ChiSquare(IEnumerable<int> buckets)
        {
            int[] counts = new int[256];
            foreach (int bucket in buckets)
                counts[bucket]++;
            return counts.Sum(count => (count - Count / 256.0) * (count - Count / 256.0) / (Count / 256.0));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 2)]
    [InlineData(16, 3)]
    [InlineData(18, 1)]
    [InlineData(1023, 2)]
    [InlineData(1024, 1)]
    public void A_rejected_word_is_replaced_by_the_next_range(int position, int rejections)
    {
        // The first words of one element are p, 2^50 − 1, ...; the next element is p − 1, the last accepted word.
        double replaced = 1_000_000 * rejections + position;
        using Prg prg = new(new ScriptedKeystream(position, rejections), 0);
        foreach (int start in new[] { 0, 1 })
        {
            double[] elements = new double[1100];
            prg.Fill((ulong)start, elements);
            for (int i = 0; i < elements.Length; i++)
                Assert.Equal(start + i == position ? replaced : start + i == position + 1 ? Field.P - 1 : start + i, elements[i]);
        }
        double[] single = new double[1];
        prg.Fill((ulong)position, single);
        Assert.Equal(replaced, single[0]);
    }

    [Fact]
    public void A_keystream_without_an_acceptable_word_is_an_error()
    {
        using Prg prg = new(new ScriptedKeystream(3, rejections: 99), 0);
        Assert.Throws<InvalidOperationException>(() => prg.Fill(0, new double[8]));
    }

    [Fact]
    public void Every_width_converts_words_alike()
    {
        ulong[] words = new ulong[37];
        new Prg(Key, 3).FillBytes(0, MemoryMarshal.AsBytes(words.AsSpan()));
        for (int rejected = -1; rejected < 32; rejected++)
        {
            ulong[] input = (ulong[])words.Clone();
            if (rejected >= 0)
                input[rejected] = 0xABCD_0000_0000_0000 | (ulong)Field.Prime;
            double[] expected = input.Select(word => (double)(word & WordConversion.Mask)).ToArray();
            Check<Simd512, Vector512<double>, Vector512<long>>(32);
            Check<Simd256, Vector256<double>, Vector256<long>>(36);
            Check<SimdScalar, double, long>(37);

            void Check<TS, TSD, TSL>(int whole)
                where TS : ISimd<TSD, TSL>
                where TSD : struct
                where TSL : struct
            {
                double[] converted = MemoryMarshal.Cast<ulong, double>(input).ToArray();
                nuint index = 0;
                Assert.Equal(rejected < 0, WordConversion.Loop<TS, TSD, TSL>(ref converted[0], ref index, 37));
                Assert.Equal(whole, (int)index);
                Assert.Equal(expected[..whole], converted[..whole]);
            }
        }
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(32, true)]
    [InlineData(16, false)]
    [InlineData(32, false)]
    public void Another_key_gives_that_keys_stream(int length, bool instructions)
    {
        Assert.SkipUnless(!instructions || AesInstructionKeystream.IsSupported, "This machine has no AES instructions.");
        byte[] first = new byte[length], second = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
        using Prg prg = new(instructions ? new AesInstructionKeystream(first) : new PortableKeystream(first), 7);
        double[] elements = new double[500];
        prg.Fill(0, elements);
        prg.Rekey(second);
        prg.Fill(0, elements);
        Assert.Equal(Elements(second, 7), elements);
        Assert.Throws<ArgumentException>(() => prg.Rekey(new byte[48 - length]));
    }

    [Fact]
    public void Misuse_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Prg(new byte[24], 0));
        Prg prg = new(Key, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => prg.Fill(Prg.PositionLimit - 1, new double[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => prg.FillBytes(ulong.MaxValue, new byte[2]));
        prg.Fill(Prg.PositionLimit - 1, new double[1]);
        prg.FillBytes(ulong.MaxValue, new byte[1]);
        prg.Dispose();
        Assert.Throws<ObjectDisposedException>(() => prg.Fill(0, new double[1]));
        Assert.Throws<ObjectDisposedException>(() => prg.FillBytes(0, new byte[1]));
    }

    private static double[] Elements(byte[] key, ulong stream)
    {
        using Prg prg = new(key, stream);
        double[] elements = new double[500];
        prg.Fill(0, elements);
        return elements;
    }

    /// <summary>Word j of range r is 10^6·r + j, but for the rejected element and the one after it.</summary>
    private sealed class ScriptedKeystream(int rejected, int rejections) : Keystream
    {
        public override void Fill(ulong prefix, ulong counter, Span<byte> destination)
        {
            Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(destination);
            int range = (int)(counter >> 60);
            ulong first = 2 * (counter & (Prg.PositionLimit - 1));
            for (int i = 0; i < words.Length; i++)
            {
                ulong position = first + (ulong)i;
                words[i] = 1_000_000 * (ulong)range + position;
                if (position == (ulong)rejected && range < rejections)
                    words[i] = range == 0 ? (ulong)Field.Prime : WordConversion.Mask;
                else if (position == (ulong)rejected + 1)
                    words[i] = (ulong)Field.Prime - 1;
                words[i] |= 0xF000_0000_0000_0000;
            }
        }

        public override void Rekey(ReadOnlySpan<byte> key)
        {
        }

        public override void Dispose()
        {
        }
    }
}
