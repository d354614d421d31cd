using Mimir.Numerics.Threads;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Threads;

/// <summary>What is dealt and what comes out are the same to the last bit, however many threads share the keys.</summary>
public sealed class ThreadCountTests
{
    /// <summary>More batches than threads, the last one not full.</summary>
    private const int Length = 5 * PointShape.BatchKeys + 37;

    private static readonly Numbers Numbers = new(TinyModel.Llama(1).Layout, 16, 2, 2);

    public static TheoryData<string> Gadgets => ["comparison", "bits", "spline", "bins"];

    [Theory]
    [MemberData(nameof(Gadgets))]
    public async Task Nothing_depends_on_the_number_of_threads(string gadget)
    {
        var (alone, dealtAlone) = await RunAsync(gadget, 1);
        var (together, dealtTogether) = await RunAsync(gadget, 3);
        Assert.Equal(dealtAlone, dealtTogether);
        Assert.Equal(alone, together);
    }

    internal static async Task<(double[] Result, double[] Dealt)> RunAsync(string gadget, int threads)
    {
        ThreadTeam.Share(threads);
        double[] dealt = [];
        var random = new Random(5);
        var x = Elements.Of([.. Enumerable.Range(0, Length).Select(_ => random.NextInt64(-5000, 10_800))]);
        var (plan, bins) = (new ComparisonPlan(0, 24, true), new BinShape(-5000, 9, 5));
        var harness = new GadgetHarness
        {
            Deal = tape =>
            {
                Assert.Equal(threads, PointBatches.Parts(Length));
                if (gadget == "comparison") Compare.Deal(tape, Length, plan);
                if (gadget == "bits") Larger.Deal(tape, Larger.Local + Length, plan);
                if (gadget == "spline") Spline.Deal(tape, Length, Numbers.Activation);
                if (gadget == "bins") DealBins(tape, bins);
            },
            AlterSection = (elements, words) => dealt = [.. elements, .. words],
        };
        var result = await harness.RunAsync([x], async (step, v) => gadget switch
        {
            "comparison" => await Compare.RunAsync(step, v[0], plan),
            "bits" => await LargerAsync(step, v[0], plan),
            "spline" => await Spline.RunAsync(step, v[0], Numbers.Activation),
            _ => Bins.Finish(step, await step.Opener.OpenAsync(v[0] + step.Tape.Uniform(Length), step.Cancellation), 1, bins, 20),
        });
        ThreadTeam.Share(1);
        return (result, dealt);
    }

    private static async ValueTask<Share> LargerAsync(PartyStep step, Share x, ComparisonPlan plan)
    {
        var all = step.Party.Concat(x, x, x, x, x).Slice(0, Larger.Local + Length);
        return await Larger.RunAsync(step, all, 3 * all, plan);
    }

    private static void DealBins(DealingTape tape, BinShape shape)
    {
        var r = new double[Length];
        tape.Uniform(r);
        Bins.DealTables(tape, r, shape);
    }
}
