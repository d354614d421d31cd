using Mimir.Spdz.Tests.Simulation;
using Mimir.Spdz.Timing;

namespace Mimir.Spdz.Tests.Timing;

public sealed class StepClockTests
{
    [Fact]
    public void Only_steps_that_sample_count_and_parts_make_up_the_whole()
    {
        var clock = new StepClock();
        Step(sampled: false);
        Step(sampled: true);
        Assert.Equal(1, clock.Steps);
        Assert.Equal([StepPart.Material, StepPart.Beginning, StepPart.MatrixProduct, StepPart.Sampling], clock.Times.Select(t => t.Part));
        Assert.Equal([1, 1, 2, 1], clock.Times.Select(t => t.Calls));
        Assert.Equal(TimeSpan.FromSeconds(3), clock.Times.Single(t => t.Part == StepPart.MatrixProduct).Exchanging);

        void Step(bool sampled)
        {
            foreach (var part in (StepPart[])[StepPart.Beginning, StepPart.MatrixProduct, StepPart.Sampling, StepPart.MatrixProduct]) clock.Enter(part);
            clock.Exchanged(3 * System.Diagnostics.Stopwatch.Frequency);
            clock.EndStep(sampled);
        }
    }

    [Fact]
    public void Of_many_steps_the_later_half_or_more_counts()
    {
        var clock = new StepClock();
        for (var step = 1; step <= 40; step++)
        {
            clock.Enter(StepPart.Norm);
            clock.Exchanged(step);
            clock.EndStep(true);
            Assert.Equal(step < 16 ? step : step - (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)step + 1) / 4, clock.Steps);
            var counted = Enumerable.Range(step - clock.Steps + 1, clock.Steps).Sum();
            Assert.Equal(System.Diagnostics.Stopwatch.GetElapsedTime(0, counted), clock.Times.Single(t => t.Part == StepPart.Norm).Exchanging);
        }
    }

    /// <summary>A session's own clock: every part of every sampling step, no other.</summary>
    [Fact]
    public async Task A_session_times_each_of_its_operations()
    {
        var model = TinyModel.Gpt2();
        var group = new LocalGroup
        {
            Model = model,
            Parties = 2,
            Active = true,
            Plan = Plans.Single(3, 3) with { AuditRate = 0, BlockSteps = 2 },
            Clients = new LocalClients { Prompts = [[3, 17, 5]] },
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        foreach (var statistics in group.Statistics)
        {
            var clock = statistics.Clock;
            // The first token comes out of the prompt's own run.
            Assert.Equal(2, clock.Steps);
            var calls = clock.Times.ToDictionary(t => t.Part, t => (double)t.Calls / clock.Steps);
            Assert.Equal(1, calls[StepPart.Embedding]);
            Assert.Equal(1, calls[StepPart.Sampling]);
            Assert.Equal(model.Layout.Layers, calls[StepPart.Attention]);
            Assert.Equal(model.Layout.Layers, calls[StepPart.FeedForward]);
            Assert.Equal(2 * model.Layout.Layers + 1, calls[StepPart.MatrixProduct]);
            Assert.All(clock.Times, t => Assert.True(t.Exchanging + t.Multiplying <= t.Elapsed));
            Assert.True(clock.Times.Single(t => t.Part == StepPart.Attention).Exchanging > TimeSpan.Zero);
            Assert.True(clock.Times.Single(t => t.Part == StepPart.FeedForward).Multiplying > TimeSpan.Zero);
            Assert.Equal(TimeSpan.Zero, clock.Times.Single(t => t.Part == StepPart.Norm).Multiplying);
        }
    }
}
