using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>Each gadget's declared cost is what it costs: rounds, elements opened, corrections dealt, triples used.</summary>
public sealed class GadgetCostTests
{
    private static Numbers Of(int parties) => new(TinyModel.Llama(1).Layout, 16, 2, parties);

    public static TheoryData<int, bool> Groups => new() { { 2, true }, { 2, false }, { 3, true }, { 3, false } };

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Declared_is_measured(int parties, bool active)
    {
        // Two parties can also use what is dealt to more.
        await DeclaredIsMeasuredAsync(parties, active, Of(3));
        if (parties == 2) await DeclaredIsMeasuredAsync(parties, active, Of(2));
    }

    private static async Task DeclaredIsMeasuredAsync(int parties, bool active, Numbers numbers)
    {
        await SameAsync("multiply", 7, Multiply.Cost(7), _ => { }, (s, x) => Multiply.RunAsync(s, x, x));
        await SameAsync("truncate", 7, Truncate.Cost(7), t => Truncate.Deal(t, 7, 16), (s, x) => Truncate.RunAsync(s, x, 16));
        foreach (var plan in (ComparisonPlan[])[new(0, 1), new(0, 3), new(0, 4), new(12, 24), new(0, 24), new(0, 1, parties == 2), new(0, 4, parties == 2), new(3, 24, parties == 2)])
            await SameAsync($"compare {plan.LowBit}..{plan.TopBit}", 5, Compare.Cost(5, plan), t => Compare.Deal(t, 5, plan), (s, x) => Compare.RunAsync(s, x, plan));
        foreach (var width in (int[])[1, 2, 3, 5, 8])
        {
            var plan = new ComparisonPlan(12, 24, parties == 2 && width < 8);
            await SameAsync($"larger {width}", width, Larger.Cost(width, plan), t => Larger.Deal(t, width, plan), (s, x) => Larger.RunAsync(s, x, x, plan));
            await SameAsync($"argmax {width}", width, Argmax.Cost(width, plan), t => Argmax.Deal(t, width, plan), (s, x) => Argmax.RunAsync(s, x, plan));
            // Bins and zero tests follow the number of parties, not the kind of spline.
            if (numbers.Parties == Math.Min(parties, 3)) await SameAsync($"softmax {width}", 2 * width, Softmax.Cost(2, width, numbers), t => Softmax.Deal(t, 2, width, numbers), (s, x) => Softmax.RunAsync(s, x, 2, numbers));
        }
        foreach (var width in (int[])[Larger.Local, Larger.Local + 1])
            await SameAsync($"larger {width}", width, Larger.Cost(width, numbers.Vocabulary), t => Larger.Deal(t, width, numbers.Vocabulary), (s, x) => Larger.RunAsync(s, x, x, numbers.Vocabulary));
        foreach (var function in (SplineFunction[])[numbers.Activation, numbers.ExponentialSum, numbers.Exponential, numbers.Norm(16).Root, numbers.Logarithm(4), numbers.Logarithm(600)])
            await SameAsync(function.Name, 3, Spline.Cost(3, function), t => Spline.Deal(t, 3, function), (s, x) => Spline.RunAsync(s, x, function));
        foreach (var length in (int[])[1, 2, 37])
            await SameAsync($"one-hot {length}", 1, OneHot.Cost(length, parties), t => OneHot.Deal(t, length), (s, x) => OneHot.RunAsync(s, x, length));
        foreach (var bits in (int[])[1, 5, 6, 20])
            await SameAsync($"is zero {bits}", 3, IsZero.Cost(3, bits, parties), t => IsZero.Deal(t, 3, bits), (s, x) => IsZero.RunAsync(s, x, bits));
        await SameAsync("normalize", 16, Normalize.Cost(16, numbers), t => Normalize.Deal(t, 16, numbers), (s, x) => Normalize.RunAsync(s, x, numbers));
        await SameAsync("normalize rows", 48, Normalize.Cost(48, numbers, 3), t => Normalize.Deal(t, 48, numbers, 3), (s, x) => Normalize.RunAsync(s, x, numbers, 3));
        var cap = SplineTables.Cap(50, 32, 32, 2, numbers.Parties);
        await SameAsync("cap", 3, Spline.Cost(3, cap), t => Spline.Deal(t, 3, cap), (s, x) => Spline.RunAsync(s, x, cap));
        await SameAsync("truncated product", 7, TruncatedProduct.Cost(7), t => TruncatedProduct.Deal(t, new double[7], 16), (s, x) => TruncatedProduct.RunAsync(s, new Opened(new double[7]), x, 16));
        await SameAsync("center", 16, PublicMaps.Cost(16), t => Truncate.Deal(t, 16, PublicMaps.MeanBits), PublicMaps.CenterAsync);
        await SameAsync("secret rows", 24, SecretRows.Cost(24, 3, 8, parties), t => SecretRows.Deal(t, 24, 3, 8), (s, x) => SecretRows.RunAsync(s, x, x, 8));
        foreach (var (length, count) in (ValueTuple<int, int>[])[(2, 2), (33, 3), (9001, 2)])
            await SameAsync($"top-k {length} {count}", length, TopK.Cost(length, count, numbers), t => TopK.Deal(t, length, count, numbers), (s, x) => TopK.RunAsync(s, x, count, numbers));
        foreach (var plan in (SessionPlan[])[Plans.Single(1, 1), Plans.Single(1, 1) with { Temperature = 1 }, Plans.Single(1, 1) with { Temperature = 1, NoiseSeed = 5 },
            Plans.Single(1, 1) with { Temperature = 1, TopK = 3 }, Plans.Single(1, 1) with { Temperature = 1, NoiseSeed = 5, TopK = 2 }, Plans.Single(1, 1) with { Temperature = 1, Epsilon = 2 }])
            await SameAsync($"sample {plan}", 9, Sample.Cost(9, plan, numbers), t => Sample.Deal(t, 9, plan, numbers), (s, x) => Sample.RunAsync(s, x, plan, numbers, 0));

        async Task SameAsync(string name, int inputs, Costs.Cost declared, Action<DealingTape> deal, Func<PartyStep, Share, ValueTask<Share>> run)
        {
            var harness = new GadgetHarness(parties, active) { Deal = deal, Triples = (int)declared.Triples };
            await harness.RunAsync([Elements.Of([.. Enumerable.Range(1, inputs).Select(i => (long)i << 14)])], (step, x) => run(step, x[0]));
            var measured = (harness.Rounds, harness.ElementsOpened, harness.BytesOpened, harness.Dealt, harness.TriplesLeft);
            Assert.True((declared.Rounds, declared.Opened, declared.OpenedBytes, (declared.Section(true, active), declared.Section(false, active)), 0) == measured, $"{name}: declared {declared}, measured {measured}");
        }
    }

    /// <summary>What the docstrings say in numbers.</summary>
    [Fact]
    public void Documented_rounds()
    {
        var numbers = Of(3);
        foreach (var function in (SplineFunction[])[Of(2).Activation, Of(2).Exponential, Of(2).Norm(16).Root, Of(2).ExponentialSum, Of(2).Logarithm(600)])
            Assert.Equal(1, Spline.Cost(4, function).Rounds);
        Assert.Equal(1, Compare.Cost(4, Of(2).Vocabulary).Rounds);
        Assert.Equal((1, 4), (Larger.Cost(4, Of(2).Vocabulary).Rounds, Larger.Cost(4, Of(2).Vocabulary).Opened));
        Assert.Equal((2, 4096, 4096 * 50 / 8 + 512), (Larger.Cost(4096, Of(2).Vocabulary).Rounds, Larger.Cost(4096, Of(2).Vocabulary).Opened, Larger.Cost(4096, Of(2).Vocabulary).OpenedBytes));
        // 25,128 to 3,141 pairs in two rounds each, 1,571 and fewer in one; the index in two.
        Assert.Equal(4 * 2 + 12 + 2, Argmax.Cost(50257, Of(2).Vocabulary).Rounds);
        Assert.Equal((1, 2), (IsZero.Cost(4, 12, 2).Rounds, IsZero.Cost(4, 12, 3).Rounds));
        Assert.Equal(1, Multiply.Cost(9).Rounds);
        Assert.Equal(1, Truncate.Cost(9).Rounds);
        Assert.Equal(2, MatrixProduct.Cost(9, 9, true).Rounds);
        Assert.Equal(3, Lookup.Cost(9, 9, true, 2).Rounds);
        foreach (var (low, top) in (ValueTuple<int, int>[])[(0, 3), (0, 6), (12, 24), (0, 24)])
        {
            var plan = new ComparisonPlan(low, top);
            Assert.Equal(1 + (int)Math.Ceiling(Math.Log2(plan.Digits)), Compare.Cost(4, plan).Rounds);
        }
        foreach (var function in (SplineFunction[])[numbers.Activation, numbers.Exponential, numbers.Norm(16).Root, numbers.Logarithm(600)])
            Assert.Equal(function.Levels.Count, Spline.Cost(4, function).Rounds);
        Assert.Equal(Spline.Cost(1, numbers.Norm(16).Root).Rounds + 3, Normalize.Cost(16, numbers).Rounds);
        Assert.Equal(Spline.Cost(1, numbers.Norm(16).Root).Opened + 33, Normalize.Cost(16, numbers).Opened);
        Assert.Equal(Normalize.Cost(16, numbers).Rounds, Normalize.Cost(64, numbers, 4).Rounds);
        Assert.Equal(4 * Normalize.Cost(16, numbers).Opened, Normalize.Cost(64, numbers, 4).Opened);
        Assert.Equal(1, TruncatedProduct.Cost(9).Rounds);
        Assert.Equal(Softmax.Cost(2, 9, numbers).Rounds + 3, Attention.Cost(2, 2, 4, 9, numbers).Rounds);
    }
}
