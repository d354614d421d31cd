using System.Runtime.Intrinsics;
using CsCheck;
using Mimir.Numerics;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>Keys of comparisons: both parties' answers differ by Δ exactly where [c &lt; R] ⊕ ρ is 1.</summary>
public sealed class BitKeyTests
{
    [Fact]
    public void Answers_are_shares_of_the_covered_bit_with_its_MAC() =>
        Gen.Select(Gen.Int[1, 24], Gen.Int[0, 26], Gen.Int[1, 300], Gen.ULong).Sample((depth, lowBit, count, seed) =>
        {
            var dealt = new Dealt(new BitShape(lowBit, depth), count, seed);
            var window = (1L << depth) - 1;
            Vector128<byte>[] first = new Vector128<byte>[count], second = new Vector128<byte>[count];
            dealt.Keys[0].Keys.Answer(dealt.Public, first);
            dealt.Keys[1].Keys.Answer(dealt.Public, second);
            for (var k = 0; k < count; k++)
            {
                var delta = dealt.Keys[0].Keys.Roots[k] ^ dealt.Keys[1].Keys.Roots[k];
                Assert.Equal(1UL, delta.AsUInt64().ToScalar() & 1);
                var less = (((long)dealt.Public[k] >> lowBit) & window) < (((long)dealt.Masks[k] >> lowBit) & window) ? 1 : 0;
                Assert.Equal((less ^ (int)dealt.Covers[k]) == 1 ? delta : Vector128<byte>.Zero, first[k] ^ second[k]);
            }
        }, seed: "0000000000001", iter: 80, threads: 1);

    /// <summary>What an audit compares is alike if and only if words, masks and covers are the dealt ones.</summary>
    [Fact]
    public void An_audit_sees_every_wrong_word_mask_and_cover() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 30], Gen.Int[1, 20], Gen.ULong).Sample((depth, lowBit, count, seed) =>
        {
            var shape = new BitShape(lowBit, depth);
            var dealt = new Dealt(shape, count, seed);
            Assert.True(Alike(dealt.Keys[0], dealt.Keys[1], dealt.Masks, dealt.Covers));
            var (key, bit) = ((int)(seed % (ulong)count), (int)((seed >> 32) & 127));
            var flip = bit < 64 ? Vector128.Create(1UL << bit, 0) : Vector128.Create(0, 1UL << (bit - 64));
            for (var word = 0; word <= depth; word++)
            {
                var words = dealt.Keys[1].Keys.Words.ToArray();
                words[key * shape.WordsPerKey + word] ^= flip.AsByte();
                BitAudit other = new(new BitKeys(shape, 0, dealt.Keys[0].Keys.Roots, words)), wrong = new(new BitKeys(shape, 1, dealt.Keys[1].Keys.Roots, words));
                // Told to one party the hash of the words differs; told to both, what they make of them.
                Assert.False(Alike(other, wrong, dealt.Masks, dealt.Covers));
            }
            double[] masks = [.. dealt.Masks], covers = [.. dealt.Covers];
            masks[key] = (long)masks[key] ^ (1L << (lowBit + bit % depth));
            covers[key] = 1 - covers[key];
            Assert.False(Alike(dealt.Keys[0], dealt.Keys[1], masks, dealt.Covers));
            Assert.False(Alike(dealt.Keys[0], dealt.Keys[1], dealt.Masks, covers));
        }, seed: "0000000000002", iter: 60, threads: 1);

    private static bool Alike(BitAudit one, BitAudit other, double[] masks, double[] covers)
    {
        Vector128<byte>[] first = new Vector128<byte>[one.Keys.Words.Length], second = new Vector128<byte>[other.Keys.Words.Length];
        one.Keys.Follow(masks, covers, first);
        other.Keys.Follow(masks, covers, second);
        return first.AsSpan().SequenceEqual(second);
    }

    /// <summary>Keys dealt by a tape, both parties' views, and a public number for each.</summary>
    private sealed class Dealt
    {
        public Dealt(BitShape shape, int count, ulong seed)
        {
            using var random = new Prg(new byte[32], seed);
            var drawn = new double[3 * count];
            random.Fill(0, drawn);
            Masks = drawn[..count];
            // Some equal, some equal but for a low bit.
            Public = [.. drawn[count..(2 * count)].Select((c, k) => k % 4 == 0 ? Masks[k] : k % 4 == 1 ? (long)Masks[k] ^ (1L << shape.LowBit) : c)];
            Covers = [.. drawn[(2 * count)..].Select(x => (double)((long)x & 1))];
            byte[][] keys = [new byte[32], new byte[32]];
            random.FillBytes(0, keys[0]);
            random.FillBytes(32, keys[1]);
            using var writer = new TapeWriter(keys, true, 1);
            writer.Bits(shape, Masks, Covers);
            for (var party = 0; party < 2; party++)
            {
                var workspace = new Workspace();
                using var reader = new TapeReader(new Party(party, 2, true, 0, workspace), workspace, writer.Section(party, keys[party]));
                Keys[party] = new BitAudit(reader.BitKeys(shape, count, out _));
                Assert.True(reader.AtEnd);
            }
        }

        public double[] Masks { get; }

        public double[] Public { get; }

        public double[] Covers { get; }

        public BitAudit[] Keys { get; } = new BitAudit[2];
    }
}
