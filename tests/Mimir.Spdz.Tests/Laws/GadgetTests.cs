using CsCheck;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Laws;

/// <summary>Each gadget alone, against the plain computation, over random and extreme inputs.</summary>
public sealed class GadgetTests
{
    private static readonly Gen<double> Element = Gen.Long[0, Field.Prime - 1].Select(v => (double)v);

    public static TheoryData<int, bool> Groups => new() { { 2, true }, { 2, false }, { 3, true }, { 3, false } };

    [Theory]
    [MemberData(nameof(Groups))]
    public void Linear_operations_of_shares(int parties, bool active) =>
        Gen.Select(Element.Array[6], Element.Array[6], Element, Gen.ULong).Sample((x, y, s, seed) =>
        {
            var result = Run(new GadgetHarness(parties, active) { Seed = seed }, [x, y], (step, v) =>
            {
                var party = step.Party;
                var (a, b) = (v[0], v[1]);
                var mixed = a + b - s * b + new Opened(y) * a + new Opened(x);
                return ValueTask.FromResult(party.Concat(
                    mixed, party.AddScalar(a, s), party.SumRows(a, 2), party.Repeat(b.Slice(1, 2), 2), party.Constant(new Opened(y)), party.Persist(a).Slice(5, 1)));
            });
            var expected = new List<double>();
            for (var i = 0; i < 6; i++)
                expected.Add(Field.Add(Field.Add(Field.Subtract(Field.Add(x[i], y[i]), Field.Multiply(s, y[i])), Field.Multiply(y[i], x[i])), x[i]));
            expected.AddRange(x.Select(v => Field.Add(v, s)));
            expected.AddRange([FieldVector.Sum(x.AsSpan(0, 3)), FieldVector.Sum(x.AsSpan(3, 3)), y[1], y[1], y[2], y[2], .. y, x[5]]);
            Assert.Equal(expected, result);
        }, seed: "0000000000001", iter: 20, threads: 1);

    [Theory]
    [MemberData(nameof(Groups))]
    public void Multiply_is_exact(int parties, bool active) =>
        Gen.Select(Element.Array[1, 40], Gen.ULong).Sample((x, seed) =>
        {
            double[] left = [.. x, 0, 1, Field.P - 1, Field.P - 1];
            double[] right = [.. x.Reverse(), Field.P - 1, 0, 1, Field.P - 1];
            var result = Run(new GadgetHarness(parties, active) { Seed = seed, Triples = left.Length }, [left, right], (step, v) => Multiply.RunAsync(step, v[0], v[1]));
            Assert.Equal(left.Zip(right, Field.Multiply), result);
        }, seed: "0000000000002", iter: 20, threads: 1);

    [Theory]
    [MemberData(nameof(Groups))]
    public void Truncate_errs_by_0_or_1(int parties, bool active) =>
        Gen.Select(Gen.Long[-(1L << 48) + 1, (1L << 48) - 15].Array[1, 30], Gen.Int[1, 34], Gen.ULong).Sample((random, shift, seed) =>
        {
            long[] z = [.. random, -(1L << 48) + 1, (1L << 48) - 15, 0, 1, -1, (1L << shift) - 1, -(1L << shift)];
            var harness = new GadgetHarness(parties, active) { Seed = seed, Deal = tape => Truncate.Deal(tape, z.Length, shift) };
            var result = Elements.Signed(Run(harness, [Elements.Of(z)], (step, v) => Truncate.RunAsync(step, v[0], shift)));
            for (var i = 0; i < z.Length; i++) Assert.InRange(result[i] - (z[i] >> shift), 0, z[i] % (1L << shift) == 0 ? 0 : 1);
        }, seed: "0000000000003", iter: 25, threads: 1);

    /// <summary>The mean of the error is (z mod 2^f)/2^f: 20,000 roundings of the same number, five standard deviations.</summary>
    [Theory]
    [InlineData(0x1234, 16)]
    [InlineData(-0x10001, 16)]
    [InlineData((1L << 47) + 3, 2)]
    [InlineData(-(1L << 47) + 1, 10)]
    public void Truncate_is_unbiased(long z, int shift)
    {
        const int Count = 20_000;
        var harness = new GadgetHarness { Deal = tape => Truncate.Deal(tape, Count, shift) };
        var input = new double[Count];
        Array.Fill(input, Field.Reduce(z));
        var result = Elements.Signed(Run(harness, [input], (step, v) => Truncate.RunAsync(step, v[0], shift)));
        var fraction = Math.ScaleB(z & ((1L << shift) - 1), -shift);
        var mean = result.Average(r => (double)(r - (z >> shift)));
        Assert.InRange(mean, fraction - 5 * Math.Sqrt(0.25 / Count), fraction + 5 * Math.Sqrt(0.25 / Count));
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Compare_is_exact(int parties, bool active)
    {
        foreach (var top in (int[])[1, 2, 3, 4, 7, 20, 24])
        {
            foreach (var points in (bool[])[false, parties == 2])
            {
                var plan = new ComparisonPlan(0, top, points);
                var limit = (1L << top) - 1;
                Gen.Select(Gen.Long[-limit, limit].Array[1, 20], Gen.ULong).Sample((random, seed) =>
                {
                    long[] x = [.. random, 0, 1, -1, limit, -limit];
                    Assert.Equal(x.Select(v => v >= 0 ? 1L : 0L), Sign(x, plan, parties, active, seed));
                }, seed: "0000000000004", iter: 4, threads: 1);
            }
        }
    }

    /// <summary>With the low bits left out: 1 from 0 on, 0 below −2^lowBit, and either in between.</summary>
    [Fact]
    public void A_coarse_comparison_errs_only_below_its_resolution()
    {
        foreach (var points in (bool[])[false, true])
        {
            var plan = new ComparisonPlan(12, 24, points);
            Gen.Select(Gen.Long[-(1L << 24) + 1, (1L << 24) - 4097].Array[1, 20], Gen.Long[-5000, 5000].Array[1, 20], Gen.ULong).Sample((far, near, seed) =>
            {
                long[] x = [.. far, .. near, 0, -4097];
                var result = Sign(x, plan, 2, true, seed);
                for (var i = 0; i < x.Length; i++)
                    if (x[i] is >= 0 or < -4096) Assert.Equal(x[i] >= 0 ? 1 : 0, result[i]);
            }, seed: "0000000000005", iter: 20, threads: 1);
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Larger_is_exact_and_coarse_within_its_resolution(int parties, bool active)
    {
        var random = new Random(6);
        foreach (var (plan, count) in (ValueTuple<ComparisonPlan, int>[])
            [(new(0, 24), 60), (new(12, 24), 60), (new(0, 24, parties == 2), 60), (new(12, 24, parties == 2), 60), (new(29, 41, parties == 2), 60), (new(29, 41, parties == 2), Larger.Local + 1)])
        {
            var reach = 1L << (plan.TopBit - 2);
            var a = Enumerable.Range(0, count).Select(_ => random.NextInt64(-reach, reach)).ToArray();
            var b = a.Select((v, i) => i % 3 == 0 ? v : i % 3 == 1 ? v + random.NextInt64(-3, 4) : random.NextInt64(-reach, reach)).ToArray();
            var harness = new GadgetHarness(parties, active)
            {
                Seed = (ulong)plan.LowBit,
                Triples = (int)Larger.Cost(count, plan).Triples,
                Deal = tape => Larger.Deal(tape, count, plan),
            };
            var result = Elements.Signed(Run(harness, [Elements.Of(a), Elements.Of(b)], (step, v) => Larger.RunAsync(step, v[0], v[1], plan)));
            for (var i = 0; i < count; i++)
            {
                Assert.Contains(result[i], (long[])[a[i], b[i]]);
                Assert.InRange(Math.Max(a[i], b[i]) - result[i], 0, plan.LowBit == 0 ? 0 : 1L << plan.LowBit);
            }
        }
    }

    /// <summary>Rounds of many pairs are coarser than the plan, those of few finer; together they lose no more than the plan does in every round.</summary>
    [Fact]
    public void A_coarse_argmax_is_within_its_rounds_resolution()
    {
        var plan = new ComparisonPlan(6, 24, true);
        for (var rounds = 1; rounds <= 18; rounds++)
            Assert.InRange(Enumerable.Range(0, rounds).Sum(r => 1L << (plan.OfRound(r, rounds, 9).LowBit - 9)), 1, (long)rounds << 6);
        Assert.Equal([8 + 9, 7 + 9, 6 + 9, 3 + 9, 3 + 9], new[] { 0, 1, 2, 5, 15 }.Select(r => plan.OfRound(r, 16, 9).LowBit));
        var random = new Random(11);
        foreach (var length in (int[])[2, 37, 300])
        {
            var rounds = (int)Math.Ceiling(Math.Log2(length));
            for (var run = 0; run < 6; run++)
            {
                var x = Enumerable.Range(0, length).Select(_ => random.NextInt64(rounds << 7)).ToArray();
                var harness = new GadgetHarness { Seed = (ulong)run, Deal = tape => Argmax.Deal(tape, length, plan) };
                var index = (int)Run(harness, [Elements.Of(x)], (step, v) => Argmax.RunAsync(step, v[0], plan))[0];
                Assert.InRange(x.Max() - x[index], 0, (long)rounds << 6);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(37)]
    [InlineData(512)]
    public void Argmax_points_at_a_maximum(int length)
    {
        var random = new Random(length);
        for (var run = 0; run < 4; run++)
        {
            // Few distinct values: many ties; then all equal; then the largest last.
            var x = Enumerable.Range(0, length).Select(_ => run == 1 ? 7L : random.NextInt64(run == 0 ? 3 : 1 << 20) - 1).ToArray();
            if (run == 3) x[^1] = 1 << 21;
            var plan = new ComparisonPlan(0, 24, run % 2 == 0);
            var harness = new GadgetHarness(2 + run % 2)
            {
                Seed = (ulong)run,
                Triples = (int)Argmax.Cost(length, plan).Triples,
                Deal = tape => Argmax.Deal(tape, length, plan),
            };
            var index = (int)Run(harness, [Elements.Of(x)], (step, v) => Argmax.RunAsync(step, v[0], plan))[0];
            Assert.Equal(x.Max(), x[index]);
            if (run == 1) Assert.Equal(0, index);
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void OneHot_is_a_row_of_the_unit_matrix(int parties, bool active)
    {
        foreach (var length in (int[])[1, 2, 3, 37, 64])
            foreach (var index in (int[])[0, 1, length / 2, length - 1, length, 1 << OneHot.Bits(length)])
            {
                var harness = new GadgetHarness(parties, active) { Seed = (ulong)index, Deal = tape => OneHot.Deal(tape, length) };
                var result = Run(harness, [[index]], (step, v) => OneHot.RunAsync(step, v[0], length));
                var wanted = index % (1 << OneHot.Bits(length));
                Assert.Equal(Enumerable.Range(0, length).Select(j => j == wanted ? 1.0 : 0.0), result);
            }
    }

    /// <summary>The shared evaluation is the plain one, up to what another mask rounds differently.</summary>
    [Theory]
    [MemberData(nameof(Groups))]
    public void Spline_equals_its_plain_evaluation(int parties, bool active)
    {
        foreach (var form in (int[])[2, 3])
        {
            if (form == 2 && parties > 2) continue;
            var numbers = new Numbers(TinyModel.Llama(1).Layout, 16, 2, form);
            foreach (var (function, low, high) in (ValueTuple<SplineFunction, long, long>[])[
                (numbers.Activation, -60L << 32, 60L << 32), (numbers.Activation, -6L << 32, 6L << 32), (numbers.Exponential, -400L << 32, 1L << 29),
                (numbers.Exponential, -20L << 32, 1L << 29), (numbers.ExponentialSum, -400L << 32, 1L << 29), (numbers.ExponentialSum, -34L << 32, 1L << 29),
                (numbers.Logarithm(64), 1L << (numbers.SumBits - 11), 64L << numbers.SumBits), (numbers.Norm(16).Root, 1L << 30, 1L << 48),
                (SplineTables.Activation(ScalarFunction.Gelu, 32, 20, 2, form), -60L << 32, 60L << 32), (SplineTables.Activation(ScalarFunction.Gelu, 32, 20, 2, form), -8L << 32, 16L << 32),
                (SplineTables.Cap(30, 32, 32, 2, form), -400L << 32, 400L << 32)])
            {
                var random = new Random(8);
                // More than one batch of keys, and no whole number of those that are grown side by side.
                var x = Enumerable.Range(0, form == 2 ? 141 : 40).Select(_ => random.NextInt64(low, high)).ToArray();
                var harness = new GadgetHarness(parties, active)
                {
                    Triples = (int)Spline.Cost(x.Length, function).Triples,
                    Deal = tape => Spline.Deal(tape, x.Length, function),
                };
                var result = Run(harness, [Elements.Of(x)], (step, v) => Spline.RunAsync(step, v[0], function));
                for (var i = 0; i < x.Length; i++)
                    Assert.InRange(Field.Decode(result[i], function.OutputBits) - PlainSpline.Evaluate(function, x[i], 1L << 40), -4e-4, 4e-4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void IsZero_is_exact(int parties, bool active)
    {
        foreach (var bits in (int[])[1, 2, 5, 6, 12, 20])
            Gen.Select(Gen.Long[0, (1L << bits) - 1].Array[1, 20], Gen.ULong).Sample((random, seed) =>
            {
                long[] x = [.. random, 0, 1, (1L << bits) - 1, 1L << (bits - 1), 0];
                var harness = new GadgetHarness(parties, active) { Seed = seed, Deal = tape => IsZero.Deal(tape, x.Length, bits) };
                Assert.Equal(x.Select(v => v == 0 ? 1.0 : 0), Run(harness, [Elements.Of(x)], (step, v) => IsZero.RunAsync(step, v[0], bits)));
            }, seed: "0000000000006", iter: 6, threads: 1);
    }

    /// <summary>Every input counts once, in its own bin or in the next one.</summary>
    [Theory]
    [MemberData(nameof(Groups))]
    public void Bins_count_every_element_of_a_row_once(int parties, bool active)
    {
        var shape = new BinShape(-5000, 9, 5);
        Gen.Select(Gen.Long[-5000, 10_800].Array[2, 12], Gen.Int[1, 32], Gen.ULong).Sample((x, count, seed) =>
        {
            x = [.. x, .. x.Reverse(), -5000, 10_800];
            var harness = new GadgetHarness(parties, active)
            {
                Seed = seed,
                Deal = tape =>
                {
                    var r = new double[x.Length];
                    tape.Uniform(r);
                    Bins.DealTables(tape, r, shape);
                },
            };
            var counts = Run(harness, [Elements.Of(x)], async (step, v) =>
            {
                var r = step.Tape.Uniform(x.Length);
                return Bins.Finish(step, await step.Opener.OpenAsync(v[0] + r, step.Cancellation), 2, shape, count);
            });
            for (var row = 0; row < 2; row++)
            {
                var wanted = x.Skip(row * x.Length / 2).Take(x.Length / 2).Select(v => (int)((v - shape.Low) >> shape.WidthBits)).ToArray();
                var here = counts.AsSpan(row * count, count).ToArray();
                if (count == shape.Segments) Assert.Equal(wanted.Length, here.Sum());
                // In the bins from j up as many as there are inputs in or above bin j, or just below it.
                for (var j = shape.Segments - count; j < shape.Segments; j++)
                    Assert.InRange(here.Take(shape.Segments - j).Sum(), wanted.Count(w => w >= j), wanted.Count(w => w >= j - 1));
            }
        }, seed: "0000000000007", iter: 20, threads: 1);
    }

    private static long[] Sign(long[] x, ComparisonPlan plan, int parties, bool active, ulong seed)
    {
        var harness = new GadgetHarness(parties, active)
        {
            Seed = seed,
            Triples = (int)Compare.Cost(x.Length, plan).Triples,
            Deal = tape => Compare.Deal(tape, x.Length, plan),
        };
        return Elements.Signed(Run(harness, [Elements.Of(x)], (step, v) => Compare.RunAsync(step, v[0], plan)));
    }

    private static double[] Run(GadgetHarness harness, double[][] inputs, Func<PartyStep, Share[], ValueTask<Share>> gadget)
    {
        var result = harness.RunAsync(inputs, gadget).GetAwaiter().GetResult();
        Assert.Equal(0, harness.TriplesLeft);
        return result;
    }
}
