using CsCheck;
using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>The k largest, against plain sorting; the sorting networks alone; columns at secret numbers; and altered openings, tape and shares.</summary>
public sealed class TopKTests
{
    private static Numbers Of(int parties) => new(TinyModel.Llama(1).Layout, 16, 2, parties);

    /// <summary>A network that sorts all lists of zeros and ones sorts all lists.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Networks_sort_every_list_of_zeros_and_ones(int length)
    {
        for (var bits = 0; bits < 1 << length; bits++)
        {
            int[] list = [.. Enumerable.Range(0, length).Select(i => (bits >> i) & 1)];
            Assert.Equal(list.OrderDescending(), Apply(SortingNetwork.Sorter(length), list));
            var turns = Enumerable.Range(1, length - 1).Count(i => list[i] != list[i - 1]);
            if (turns <= 2) Assert.Equal(list.OrderDescending(), Apply(SortingNetwork.Merger(length), list));
        }
        Assert.Equal((int)(Math.Log2(length) * (Math.Log2(length) + 1) / 2), SortingNetwork.Sorter(length).Length);
    }

    [Theory]
    [InlineData(2, true, 37, 2)]
    [InlineData(2, true, 64, 8)]
    [InlineData(2, false, 100, 5)]
    [InlineData(3, true, 37, 5)]
    [InlineData(2, true, 9, 9)]
    [InlineData(2, true, 20_001, 3)]
    [InlineData(3, false, 20_001, 2)]
    public void The_k_largest_come_out_in_order_with_their_indices(int parties, bool active, int length, int count)
    {
        var numbers = Of(parties);
        var random = new Random(length + count);
        // Far enough apart for comparisons to 2^3 and as far as the format goes.
        var x = Enumerable.Range(0, length).Select(i => (long)((i * 7919 % length) - length / 2) << 5).ToArray();
        random.Shuffle(x);
        var harness = new GadgetHarness(parties, active)
        {
            Triples = (int)TopK.Cost(length, count, numbers).Triples,
            Deal = tape => TopK.Deal(tape, length, count, numbers),
        };
        var y = Elements.Signed(Run(harness, [Elements.Of(x)], (step, v) => TopK.RunAsync(step, v[0], count, numbers)));
        var shape = TopKShape.Of(length, count);
        var expected = Enumerable.Range(0, length).OrderByDescending(i => x[i]).Take(count);
        Assert.Equal(expected.Select(i => (x[i], i)), y.Select(v => (v >> shape.IndexBits, shape.Length - 1 - (int)(v & ((1L << shape.IndexBits) - 1)))));
        Assert.Equal(TopK.Cost(length, count, numbers).Rounds, harness.Rounds);
    }

    /// <summary>Large vocabularies are pruned, small ones are not; the comparisons that docs/sampling.md counts.</summary>
    [Fact]
    public void Documented_costs()
    {
        Assert.Equal(1, TopKShape.Of(512, 40).Rows);
        Assert.True(TopKShape.Of(50257, 40).Rows > 1);
        var lines = Documented.Select(d => (d.Length, d.Count)).Select(d =>
        {
            var cost = Sample.Cost(d.Length, Plans.Single(1, 1) with { Temperature = 1, TopK = d.Count }, Of(2));
            return (d.Length, d.Count, TopKShape.Of(d.Length, d.Count).Columns, Pairs(d.Length, d.Count), cost.Rounds, cost.OpenedBytes / 1000, cost.SectionBytes(true) / 1000);
        });
        var argmax = Sample.Cost(50257, Plans.Single(1, 1) with { Temperature = 1 }, Of(2));
        Assert.Equal((22, 320, 37078), (argmax.Rounds, argmax.OpenedBytes / 1000, argmax.SectionBytes(true) / 1000));
        Assert.True(Documented.SequenceEqual(lines), string.Join('\n', lines));
    }

    /// <summary>By vocabulary and k: groups, pairs compared, rounds, kB that each of two parties sends, kB dealt to both.</summary>
    private static readonly (int Length, int Count, int Columns, long Pairs, long Rounds, long Opened, long Dealt)[] Documented =
    [
        (512, 8, 512, 2476, 35, 15, 2617), (512, 40, 512, 6136, 50, 38, 6507),
        (50257, 2, 2048, 53342, 48, 684, 41555), (50257, 8, 1024, 57078, 83, 734, 45533),
        (50257, 40, 2048, 86992, 126, 1382, 77578), (50257, 64, 2048, 94183, 133, 1735, 85516),
        (151936, 40, 2048, 214161, 143, 2829, 180279),
    ];

    /// <summary>Pairs compared in all.</summary>
    private static long Pairs(int length, int count)
    {
        var shape = TopKShape.Of(length, count);
        return shape.Rows == 1
            ? Largest.Pairs(length, count).Sum()
            : (shape.Rows - 1) * shape.Columns + Largest.Pairs(shape.Columns, count).Sum() + Largest.Pairs(count * shape.Rows, count).Sum();
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Columns_at_secret_numbers(int parties, bool active)
    {
        const int Rows = 5, Columns = 8;
        var matrix = Enumerable.Range(0, Rows * Columns).Select(i => (long)(i * i) - 300).ToArray();
        long[] numbers = [7, 0, 3, 3];
        var harness = new GadgetHarness(parties, active) { Deal = tape => SecretRows.Deal(tape, numbers.Length, Rows, Columns) };
        var z = Elements.Signed(Run(harness, [Elements.Of(numbers), Elements.Of(matrix)], (step, v) => SecretRows.RunAsync(step, v[0], v[1], Columns)));
        Assert.Equal(numbers.SelectMany(g => Enumerable.Range(0, Rows).Select(b => matrix[b * Columns + g])), z);
        Assert.Equal(2, harness.Rounds);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_altered_opening_of_columns_or_selection_is_caught(int parties)
    {
        var numbers = Of(parties);
        for (var round = 0; round < 4; round++)
        {
            var at = round;
            var harness = Selection(parties, numbers, mesh => mesh.Index != 1 ? mesh : new TamperingMesh(
                mesh, "online", m => m.To < 0 && m.Round == at ? Malicious.Cheat.AddOpened(m.Bytes, 0, 1) : m.Bytes));
            await Assert.ThrowsAnyAsync<ProtocolViolation>(() => harness.RunAsync(Inputs, (step, v) => SelectAsync(step, v, numbers)));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_altered_tape_is_caught_or_harmless(int parties)
    {
        var numbers = Of(parties);
        var expected = await Selection(parties, numbers, m => m).RunAsync(Inputs, (step, v) => SelectAsync(step, v, numbers));
        var random = new Random(parties);
        var caught = 0;
        for (var trial = 0; trial < 30; trial++)
        {
            var harness = new GadgetHarness(parties)
            {
                Triples = (int)Largest.Cost(20, 3, numbers.Vocabulary.Above(5)).Triples,
                Deal = tape => DealSelection(tape, numbers),
                AlterSection = (elements, _) => Alter(elements, random.Next(elements.Length)),
            };
            try { Assert.Equal(expected, await harness.RunAsync(Inputs, (step, v) => SelectAsync(step, v, numbers))); }
            catch (ProtocolViolation) { caught++; }
        }
        // Of three parties' tables each run touches a few entries only.
        Assert.True(caught >= (parties == 2 ? 5 : 2), $"{caught} caught");
    }

    private static readonly double[][] Inputs = [Elements.Of([2, 5]), Elements.Of([.. Enumerable.Range(0, 80).Select(i => (long)(i * 37 % 80) << 9)])];

    private static void Alter(double[] elements, int at) => elements[at] = Field.Add(elements[at], 12345);

    private static GadgetHarness Selection(int parties, Numbers numbers, Func<IMesh, IMesh> wrap) => new(parties)
    {
        Triples = (int)Largest.Cost(20, 3, numbers.Vocabulary.Above(5)).Triples,
        Deal = tape => DealSelection(tape, numbers),
        WrapMesh = wrap,
    };

    private static void DealSelection(Tape.DealingTape tape, Numbers numbers)
    {
        SecretRows.Deal(tape, 2, 10, 8);
        Largest.Deal(tape, 20, 3, numbers.Vocabulary.Above(5));
    }

    private static async ValueTask<Share> SelectAsync(PartyStep step, Share[] v, Numbers numbers) =>
        await Largest.RunAsync(step, await SecretRows.RunAsync(step, v[0], v[1], 8), 3, -(1L << 22), numbers.Vocabulary.Above(5));

    private static int[] Apply((int Larger, int Smaller)[][] network, int[] list)
    {
        var result = list.ToArray();
        foreach (var (i, j) in network.SelectMany(r => r))
            if (result[i] < result[j]) (result[i], result[j]) = (result[j], result[i]);
        return result;
    }

    private static double[] Run(GadgetHarness harness, double[][] inputs, Func<PartyStep, Share[], ValueTask<Share>> gadget) =>
        harness.RunAsync(inputs, gadget).GetAwaiter().GetResult();
}
