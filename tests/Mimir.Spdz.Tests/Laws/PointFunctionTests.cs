using System.Runtime.Intrinsics;
using CsCheck;
using Mimir.Numerics;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>Keys of point functions: both parties' numbers add up to the payload on the path and to zero everywhere else.</summary>
public sealed class PointFunctionTests
{
    [Fact]
    public void The_hash_is_the_same_with_and_without_AES_instructions()
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)(7 * i))];
        var portable = new PortableHash(key);
        if (!AesInstructionHash.IsSupported) Assert.Skip("this processor has no AES instructions");
        var instructions = new AesInstructionHash(key);
        foreach (var length in (int[])[0, 1, 7, 8, 9, 300])
        {
            var x = Enumerable.Range(0, length).Select(i => unchecked(Vector128.Create((ulong)i * 0x9e3779b97f4a7c15, ~(ulong)i * 0xc2b2ae3d27d4eb4f)).AsByte()).ToArray();
            Vector128<byte>[] one = new Vector128<byte>[length], other = new Vector128<byte>[length];
            portable.Hash(x, 5, one);
            instructions.Hash(x, 5, other);
            Assert.Equal(one, other);
            instructions.Hash(x, 6, other);
            Assert.True(length == 0 || one[0] != other[0]);
        }
    }

    /// <summary>H(x) = AES(σ(x) ⊕ tweak) ⊕ σ(x), written down again with another AES.</summary>
    [Fact]
    public void The_hash_is_what_it_says()
    {
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.SetKey(Convert.FromHexString("243f6a8885a308d313198a2e03707344"));
        ulong low = 0x0123456789abcdef, high = 0xfedcba9876543210;
        var sigma = (byte[])[.. BitConverter.GetBytes(high), .. BitConverter.GetBytes(low ^ high)];
        var input = sigma.ToArray();
        input[0] ^= 9;
        var wanted = aes.EncryptEcb(input, System.Security.Cryptography.PaddingMode.None).Zip(sigma, (a, b) => (byte)(a ^ b)).ToArray();
        var hash = new Vector128<byte>[1];
        PointHash.Grow.Hash([Vector128.Create(low, high).AsByte()], 9, hash);
        var bytes = new byte[16];
        hash[0].CopyTo(bytes);
        Assert.Equal(wanted, bytes);
    }

    /// <summary>All nodes of all depths with payload, random masks and payloads, more keys than one batch.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_node_is_worth_its_payload_or_zero(bool active) =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[0, 43], Gen.ULong).Sample((depth, lowBit, seed) =>
        {
            PointPayload[] payloads = [.. Enumerable.Range(1, depth).Where(d => d == depth || ((seed >> d) & 1) == 1).Select(d => new PointPayload(d, 1 + (int)((seed >> (2 * d)) & 3)))];
            var shape = new PointShape(lowBit, depth, payloads);
            var count = seed % 4 == 0 ? PointShape.BatchKeys + 3 : 11;
            var dealt = new Dealt(shape, count, active, seed);
            for (var at = 0; at < count; at += PointShape.BatchKeys)
            {
                var keys = Math.Min(PointShape.BatchKeys, count - at);
                var plane = 0;
                foreach (var payload in payloads)
                    for (var end = plane + payload.Planes; plane < end; plane++)
                    {
                        var nodes = 1 << payload.Depth;
                        for (var k = 0; k < keys; k++)
                        {
                            var (values, macs) = dealt.Sum(at / PointShape.BatchKeys, k, payload.Depth, plane);
                            var path = ((long)dealt.Masks[at + k] >> (lowBit + depth - payload.Depth)) & (nodes - 1);
                            for (var v = 0; v < nodes; v++)
                            {
                                var wanted = v == path ? dealt.Payload[(at + k) * shape.Planes + plane] : 0;
                                Assert.Equal(wanted, values[v]);
                                if (active) Assert.Equal(Field.Multiply(dealt.Alpha, wanted), macs[v]);
                            }
                        }
                    }
            }
        }, seed: "0000000000001", iter: 60, threads: 1);

    /// <summary>Kept nodes are the same nodes, and sums over nodes are sums of their numbers.</summary>
    [Fact]
    public void Windows_and_sums_agree_with_single_nodes() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[1, 16], Gen.ULong).Sample((start, width, seed) =>
        {
            var shape = new PointShape(3, 6, new PointPayload(6, 2));
            var dealt = new Dealt(shape, 3, true, seed);
            var length = 4 * width;
            var combination = new double[(length + 3) & ~3];
            using var random = new Prg(new byte[32], seed);
            random.Fill(0, combination.AsSpan(0, length));
            for (var key = 0; key < 3; key++)
            {
                var (values, macs) = (0.0, 0.0);
                for (var party = 0; party < 2; party++)
                {
                    var tree = new PointTree(dealt.Keys(party, 0), 0, 3, new double[PointTree.ScratchElements(3, 64)]);
                    tree.GrowTo(4);
                    tree.Keep([start, (start + 5) % 16, (start + 9) % 16], width);
                    tree.GrowTo(6);
                    tree.Convert(1);
                    var sum = default(PointSum);
                    tree.Add(key, 1, combination, ref sum);
                    tree.Add(key, 1, combination, ref sum);
                    var (value, mac) = sum.Finish(party);
                    (values, macs) = (Field.Add(values, value), Field.Add(macs, mac));
                }
                var path = (int)(((long)dealt.Masks[key] >> 3) & 63);
                var first = (start + new[] { 0, 5, 9 }[key]) % 16;
                var at = (path / 4 - first + 16) % 16 * 4 + path % 4;
                var payload = dealt.Payload[key * 2 + 1];
                var wanted = at < length ? Field.Multiply(2, Field.Multiply(combination[at], payload)) : 0;
                Assert.Equal((wanted, Field.Multiply(dealt.Alpha, wanted)), (values, macs));
            }
        }, seed: "0000000000002", iter: 60, threads: 1);

    /// <summary>Growing only what is wanted of each key gives the nodes that growing all of it gives, from the root in a circle, then below some of them; chosen ones are worth the same.</summary>
    [Fact]
    public void Each_key_has_its_own_window() =>
        Gen.Select(Gen.Int[0, 15].Array[3], Gen.Int[1, 16].Array[3], Gen.Int[0, 7].Array[3], Gen.ULong).Sample((starts, counts, below, seed) =>
        {
            var shape = new PointShape(3, 7, new PointPayload(7, 1));
            var dealt = new Dealt(shape, 3, true, seed);
            PointTree all = new(dealt.Keys(1, 0), 0, 3, new double[PointTree.ScratchElements(3, 128)]), some = new(dealt.Keys(1, 0), 0, 3, new double[PointTree.ScratchElements(3, 36)]);
            all.GrowTo(4);
            some.GrowTowards(4, starts, counts);
            for (var k = 0; k < 3; k++)
            {
                Assert.Equal(counts[k], some.Nodes(k).Length);
                for (var i = 0; i < counts[k]; i++) Assert.Equal(all.Nodes(k)[(starts[k] + i) % 16], some.Nodes(k)[i]);
            }
            int[] taken = [.. counts.Select(count => count / 2)], widths = [.. below.Select((start, k) => Math.Min(1 + counts[k], 8 - start))], chosen = [.. widths.Select(width => width / 2)];
            some.Take(taken, 1);
            some.GrowTowards(7, below, widths);
            some.Choose(chosen, [.. widths.Select((width, k) => width - chosen[k])]);
            all.GrowTo(7);
            all.Convert(0);
            some.Convert(0);
            double[] wanted = new double[128], macs = new double[128], values = new double[16], chosenMacs = new double[16];
            for (var k = 0; k < 3; k++)
            {
                all.Write(k, 0, wanted, macs);
                some.Write(k, 0, values, chosenMacs);
                var first = (starts[k] + taken[k]) % 16 * 8 + below[k];
                for (var i = 0; i < widths[k]; i++) Assert.Equal(all.Nodes(k)[first + i], some.Nodes(k)[i]);
                for (var i = chosen[k]; i < widths[k]; i++) Assert.Equal((wanted[first + i], macs[first + i]), (values[i - chosen[k]], chosenMacs[i - chosen[k]]));
            }
        }, seed: "0000000000003", iter: 100, threads: 1);

    /// <summary>Keys dealt by a tape, with both parties' views.</summary>
    private sealed class Dealt
    {
        private readonly PointShape _shape;
        private readonly PointAudit[][] _keys = new PointAudit[2][];

        public Dealt(PointShape shape, int count, bool active, ulong seed)
        {
            _shape = shape;
            using var random = new Prg(new byte[32], seed);
            var drawn = new double[1 + count + count * shape.Planes];
            random.Fill(0, drawn);
            (Alpha, Masks, Payload) = (drawn[0], drawn[1..(count + 1)], drawn[(count + 1)..]);
            byte[][] keys = [new byte[32], new byte[32]];
            random.FillBytes(0, keys[0]);
            random.FillBytes(32, keys[1]);
            using var writer = new TapeWriter(keys, active, Alpha);
            writer.Points(shape, Masks, Payload);
            for (var party = 0; party < 2; party++)
            {
                var workspace = new Workspace();
                using var reader = new TapeReader(new Party(party, 2, active, 0, workspace), workspace, writer.Section(party, keys[party]));
                var batches = new List<PointAudit>();
                var item = reader.Points(shape, count);
                for (var at = 0; at < count; at += PointShape.BatchKeys) batches.Add(new PointAudit(item.From(at)));
                Assert.True(reader.AtEnd);
                _keys[party] = [.. batches];
            }
        }

        public double Alpha { get; }

        public double[] Masks { get; }

        public double[] Payload { get; }

        public PointKeys Keys(int party, int batch) => _keys[party][batch].Keys;

        public (double[] Values, double[] Macs) Sum(int batch, int key, int depth, int plane)
        {
            double[][] values = new double[2][], macs = new double[2][];
            for (var party = 0; party < 2; party++)
            {
                var keys = Keys(party, batch);
                var tree = new PointTree(keys, key, 1, new double[PointTree.ScratchElements(1, 1 << _shape.Depth)]);
                tree.GrowTo(depth);
                tree.Convert(plane);
                (values[party], macs[party]) = (new double[1 << depth], keys.Active ? new double[1 << depth] : []);
                tree.Write(0, plane, values[party], macs[party]);
            }
            return ([.. values[0].Zip(values[1], Field.Add)], [.. macs[0].Zip(macs[1], Field.Add)]);
        }
    }
}
