using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Statistical;

/// <summary>What a party shows to those who watch it: noise, whatever the prompt; and the picture is no noise as soon as something is opened that is not masked.</summary>
public sealed class SeenNumbersTests
{
    private const double Threshold = 5;

    [Theory]
    [InlineData(true, 2, true)]
    [InlineData(false, 3, true)]
    [InlineData(true, 2, false)]
    public async Task What_is_shown_of_a_session_is_uniform(bool llama, int parties, bool active)
    {
        await using var stages = await LocalStages.LoadAsync(llama ? TinyModel.Llama() : TinyModel.Gpt2(), parties, active);
        await stages.RunAsync(Plans.Single(6, 6), new LocalClients { Prompts = [[1, 2, 3, 1, 2, 3]] });
        for (var party = 0; party < parties; party++)
        {
            var view = stages.Statistics[party].View;
            Assert.True(view.Opened.Sum() > 2000, $"only {view.Opened.Sum()} numbers were counted");
            Assert.True(view.Numbers >= view.Opened.Sum());
            Assert.Equal(view.Opened.Sum(), view.Received.Sum());
            Assert.True(ChiSquare.Uniform(view.Opened) < Threshold, $"party {party}, opened: {string.Join(' ', view.Opened)}");
            Assert.True(ChiSquare.Uniform(view.Received) < Threshold, $"party {party}, received: {string.Join(' ', view.Received)}");
        }
        // All parties open the same numbers, out of different ones that they received.
        Assert.Equal(stages.Statistics[0].View.Opened, stages.Statistics[1].View.Opened);
        Assert.NotEqual(stages.Statistics[0].View.Received, stages.Statistics[1].View.Received);
    }

    /// <summary>Numbers that are uniform but counted twice would keep each session's mean and spread its counts too far: session after session, that adds up.</summary>
    [Fact]
    public async Task Counts_spread_as_those_of_independent_numbers_do()
    {
        const int Sessions = 12;
        await using var stages = await LocalStages.LoadAsync(TinyModel.Llama());
        var (opened, received) = (0.0, 0.0);
        for (var session = 0; session < Sessions; session++)
        {
            await stages.RunAsync(Plans.Single(4, 6), new LocalClients { Prompts = [[1, 2, 3, 4]] });
            opened += Plain(stages.Statistics[0].View.Opened);
            received += Plain(stages.Statistics[0].View.Received);
        }
        foreach (var sum in (double[])[opened, received])
            Assert.True(Math.Abs(ChiSquare.Deviation(sum, Sessions * (SeenNumbers.Bins - 1))) < Threshold, $"{sum:F0} instead of {Sessions * (SeenNumbers.Bins - 1)}");

        static double Plain(long[] bins)
        {
            var mean = bins.Sum() / (double)bins.Length;
            return bins.Sum(b => (b - mean) * (b - mean) / mean);
        }
    }

    /// <summary>The same histogram over activations that nobody masked: half of them small and positive, half just below p.</summary>
    [Fact]
    public async Task Numbers_that_nobody_masked_are_no_noise()
    {
        var random = new Random(3);
        var secret = Enumerable.Range(0, 400).Select(_ => Field.Reduce(random.NextInt64(-(1 << 20), 1 << 20))).ToArray();
        var shares = Enumerable.Range(0, 400).Select(_ => (double)random.NextInt64(Field.Prime)).ToArray();
        var rest = secret.Zip(shares, Field.Subtract).ToArray();
        var meshes = MemoryMesh.Create(2);
        var seen = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => Task.Run(async () =>
        {
            var party = new Party(i, 2, false, 0, new Workspace());
            var numbers = new SeenNumbers();
            using var opener = new Opener(party, meshes[i], HmacDrbg.FromSystem()) { Seen = numbers };
            for (var at = 0; at < 400; at += SeenNumbers.Sampled)
                await opener.OpenUnauthenticatedAsync((i == 0 ? shares : rest).AsMemory(at, SeenNumbers.Sampled), TestContext.Current.CancellationToken);
            return numbers;
        })));
        Assert.Equal(400, seen[0].Numbers);
        Assert.True(ChiSquare.Uniform(seen[0].Opened.ToArray()) > 20);
        // What the others send is noise even then: that is what sharing is for. Only the opened values tell, so they are shown too.
        Assert.True(ChiSquare.Uniform(seen[1].Received.ToArray()) < Threshold);
    }

    [Fact]
    public void Few_numbers_of_an_opening_are_counted_and_the_ends_of_the_field_fall_into_the_outer_bins()
    {
        var seen = new SeenNumbers();
        var opened = new double[1000];
        opened.AsSpan().Fill(Field.P - 1);
        seen.Begin(new double[1000]);
        seen.End(opened);
        Assert.Equal(1000, seen.Numbers);
        Assert.InRange(seen.Opened[SeenNumbers.Bins - 1], 1, SeenNumbers.Sampled);
        Assert.Equal(seen.Opened[SeenNumbers.Bins - 1], seen.Opened.ToArray().Sum());
        seen.Begin([Field.P - 1]);
        seen.End([0]);
        Assert.Equal((1, 1), (seen.Opened[0], seen.Received[0]));
    }

    [Fact]
    public async Task Layers_together_are_the_run()
    {
        var model = TinyModel.Llama();
        await using var stages = await LocalStages.LoadAsync(model);
        await stages.RunAsync(Plans.Single(4, 3), new LocalClients { Prompts = [[1, 2, 3, 4]] });
        var layers = stages.Statistics[0].View.Layers;
        Assert.Equal(model.Layout.Layers + 2, layers.Length);
        Assert.All(layers, l => Assert.True(l.Rounds > 0 && l.Bytes > 0));
        // Equal layers cost the same.
        Assert.Equal(layers[1].Rounds, layers[2].Rounds);
        var plan = Plans.Single(4, 3);
        var numbers = new Programs.Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, 2);
        // The check after the step, three rounds, belongs to no layer.
        Assert.Equal(Programs.CostArithmetic.Of(model.Layout, plan, numbers, true, plan.Steps - 1).Rounds - 3, layers.Sum(l => l.Rounds));
    }
}
