using Mimir.Models.Transformers;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>What the online part of a step allocates on the managed heap, counted on each party's thread.</summary>
public sealed class AllocationTests
{
    /// <summary>A party may start lists, pools and compiled code anew; whatever a step allocates, every step does.</summary>
    private const int Steady = 6;

    public static TheoryData<bool, int, bool> Groups => new() { { true, 2, true }, { false, 2, true }, { false, 3, true }, { false, 2, false } };

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Steps_in_steady_state_allocate_nothing(bool llama, int parties, bool active)
    {
        await SteadyAsync(Model(llama), active, parties);
    }

    internal static async Task SteadyAsync(IWeightSource model, bool active, int parties)
    {
        var allocated = await StepsAsync(model, active, parties, Plans.Single(28, 1));
        Assert.All(allocated, steps => Assert.True(LongestRun(steps, 0) >= Steady, $"bytes by step: {string.Join(", ", steps)}"));
    }

    private static TinyModel Model(bool llama) => llama ? TinyModel.Llama() : TinyModel.Gpt2();

    /// <summary>What goes out is a proof of the check and its parts, for the test's own clients; sampling and masking allocate nothing beside.</summary>
    [Theory]
    [InlineData(true, true, 0, 0.0)]
    [InlineData(false, true, 0, 0.0)]
    [InlineData(false, false, 0, 0.0)]
    [InlineData(true, true, 5, 0.0)]
    [InlineData(true, true, 0, 2.0)]
    public async Task Steps_that_release_a_token_allocate_little(bool llama, bool active, int topK, double epsilon)
    {
        var allocated = await StepsAsync(Model(llama), active, 2, Plans.Single(2, 24) with { Temperature = topK > 0 || epsilon > 0 ? 1 : 0, TopK = topK, Epsilon = epsilon });
        Assert.All(allocated, steps => Assert.True(LongestRun(steps, 1000) >= Steady, $"bytes by step: {string.Join(", ", steps)}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Steps_that_open_bits_allocate_little(bool active)
    {
        var allocated = await StepsAsync(TinyModel.Wide(), active, 2, Plans.Single(2, 24));
        Assert.All(allocated, steps => Assert.True(LongestRun(steps, 1000) >= Steady, $"bytes by step: {string.Join(", ", steps)}"));
    }

    /// <summary>Most steps one after another that allocated no more than <paramref name="allowed"/> bytes each.</summary>
    private static int LongestRun(long[] steps, long allowed)
    {
        var (longest, run) = (0, 0);
        foreach (var bytes in steps)
        {
            run = bytes <= allowed ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }

    /// <summary>By party and step, from the beginning of the step to that of the next, without the last. All in one block, which has been dealt before.</summary>
    private static async Task<long[][]> StepsAsync(IWeightSource model, bool active, int parties, SessionPlan plan)
    {
        plan = plan with { AuditRate = 0, BlockSteps = plan.Steps, PrefillChunk = 1 };
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        // What comes before the first step: the proof of the client's masks.
        var (round, stepOf) = (active ? 6 : 0, new Dictionary<int, int>());
        for (var step = 0; step < plan.Steps; step++)
        {
            stepOf[round] = step;
            round += (int)CostArithmetic.Of(model.Layout, plan, numbers, active, step).Rounds + 1 + (active && !plan.HasLogits(step) ? 3 : 0);
        }
        var marks = new (int Thread, long Bytes)[parties][];
        for (var party = 0; party < parties; party++) marks[party] = new (int, long)[plan.Steps];
        var meshes = SteadyMesh.Create(parties, (party, number) =>
        {
            if (stepOf.TryGetValue(number, out var step)) marks[party][step] = (Environment.CurrentManagedThreadId, GC.GetAllocatedBytesForCurrentThread());
        });
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = plan,
            Clients = new LocalClients { Prompts = [[.. Enumerable.Range(0, plan.PromptPositions)]] },
            WrapMesh = (mesh, phase) => phase == "online" ? meshes[mesh.Index] : mesh,
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        return [.. marks.Select(m => m.Zip(m.Skip(1), (from, to) => from.Thread == to.Thread ? to.Bytes - from.Bytes : long.MaxValue).ToArray())];
    }
}
