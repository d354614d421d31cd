using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Cost;

/// <summary>Counts the whole process's allocations, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private static readonly int Warm = int.Parse(System.Environment.GetEnvironmentVariable("KERN_WARM") ?? "12");
    private static readonly int Measured = 8;

    /// <summary>
    /// Prompt steps of the session's last block: everything for them has been dealt, so what is allocated is the online part's, all
    /// parties together. Some steps of the block run first, so that pools and buffers have their sizes.
    /// </summary>
    private sealed class Ticks : System.Diagnostics.Tracing.EventListener
    {
        private readonly Dictionary<string, long> _types = [];
        public string[] Lines() { lock (_types) return _types.OrderByDescending(t => t.Value).Select(t => $"{t.Value,8} {t.Key}").ToArray(); }
        protected override void OnEventSourceCreated(System.Diagnostics.Tracing.EventSource source) { if (source.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(source, System.Diagnostics.Tracing.EventLevel.Verbose, (System.Diagnostics.Tracing.EventKeywords)1); }
        protected override void OnEventWritten(System.Diagnostics.Tracing.EventWrittenEventArgs e) { if (e.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) == true) lock (_types) { var t = (string)e.Payload![5]!; _types[t] = _types.GetValueOrDefault(t) + 1; } }
    }

    [Theory]
    [InlineData(true, 2, true)]
    [InlineData(false, 2, true)]
    [InlineData(false, 3, true)]
    [InlineData(false, 2, false)]
    public async Task Steps_in_steady_state_allocate_nothing(bool llama, int parties, bool active)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        var plan = Plans.Single(Warm + Measured + 2, 1) with { AuditRate = 0, BlockSteps = Warm + Measured + 2, PrefillChunk = 1 };
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, parties);
        // What comes before the first step: the proof of the client's masks.
        var (first, starts) = (active ? 6 : 0, new int[plan.Steps]);
        for (var step = 0; step < plan.Steps; step++)
        {
            starts[step] = first;
            first += (int)CostArithmetic.Of(model.Layout, plan, numbers, active, step).Rounds + 1 + (active && !plan.HasLogits(step) ? 3 : 0);
        }
        var (before, after) = (0L, 0L);
        var listener = System.Environment.GetEnvironmentVariable("KERN_TRACE") is null ? null : new Ticks();
        var meshes = SteadyMesh.Create(parties, round =>
        {
            if (round == starts[Warm]) before = GC.GetTotalAllocatedBytes(precise: true);
            if (round == starts[Warm + Measured]) after = GC.GetTotalAllocatedBytes(precise: true);
        });
        var group = new LocalGroup
        {
            Model = model,
            Parties = parties,
            Active = active,
            Plan = plan,
            Clients = new LocalClients { Prompts = [[.. Enumerable.Range(0, Warm + Measured + 2)]] },
            WrapMesh = (mesh, phase) => phase == "online" ? meshes[mesh.Index] : mesh,
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        if (System.Environment.GetEnvironmentVariable("KERN_TRACE") is { } path) File.WriteAllLines(path, listener!.Lines());
        Assert.NotEqual(0, before);
        Assert.Equal(0, after - before);
    }
}
