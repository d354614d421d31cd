using System.Diagnostics;
using Mimir.Cli.Demo;
using Mimir.Cli.Planning;
using Mimir.Client;
using Mimir.Models.Files;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Services.ModelOwners;
using Mimir.Spdz.Programs;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Cli.Benching;

/// <summary>
/// One measurement: the read bandwidth, then a cluster of real processes, one session whose prompt fills the context but for the measured
/// tokens. The time per token is taken between tokens at the client, over whole blocks, so that dealing is in it.
/// </summary>
public static class BenchRun
{
    private const string Owner = "client";

    // Far larger than any cache.
    private const long MeasuredBytes = 512L << 20;

    /// <summary>Runs it; nothing is left behind.</summary>
    public static async Task<BenchReport> RunAsync(BenchRequest request, TextWriter progress, CancellationToken cancellation)
    {
        var known = ModelShapes.Names.Contains(request.Shape);
        var layout = request.Weights.LayoutOf(known || !Directory.Exists(request.Shape) ? ModelShapes.Find(request.Shape) : ModelDirectory.OpenConfig(request.Shape));
        var plan = Plan(request, layout.MaxPositions);
        plan.Validate(layout, request.Parties, layout.MaxPositions);
        progress.WriteLine("measuring the read bandwidth");
        var bandwidth = MemoryBandwidth.MeasureReadGigabytesPerSecond(Environment.ProcessorCount, MeasuredBytes);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        progress.WriteLine($"sharing {request.Shape} among {request.Parties} parties");
        var clock = Stopwatch.StartNew();
        var starting = new LocalClusterOptions
        {
            Model = known ? ModelShareSettings.ShapePrefix + request.Shape : Path.GetFullPath(request.Shape),
            Weights = request.Weights,
            Parties = request.Parties,
            Active = request.Active,
            ScaleBits = request.ScaleBits,
        };
        using var watching = new CancellationTokenSource();
        MemoryWatch? memory = null;
        await using var cluster = await LocalCluster.StartAsync(starting, _ => { }, cancellation, c => _ = (memory = new MemoryWatch(c)).RunAsync(watching.Token));
        var loaded = clock.Elapsed;

        progress.WriteLine($"{plan.PromptPositions} positions of prompt, then {request.Tokens} tokens");
        var times = new List<TimeSpan>();
        var metrics = await SessionAsync(request, cluster, layout, plan, () => times.Add(clock.Elapsed), cancellation);
        await watching.CancelAsync();
        return Report(request, layout, bandwidth, loaded, times.GetRange(0, request.Tokens), metrics, memory!.Peaks);
    }

    private static async Task<IReadOnlyList<RoleMetrics>> SessionAsync(
        BenchRequest request, LocalCluster cluster, ModelLayout layout, SessionPlan plan, Action token, CancellationToken cancellation)
    {
        var tls = cluster.Issue(Role.DataOwner, Owner);
        using var identity = tls.Identity;
        using var client = new MimirClient(tls, cluster.Coordinator.Host, cluster.Coordinator.Port);
        var terms = SessionTermsCodec.Write(plan, ModelLayoutCodec.Digest(layout), request.Parties, request.Active);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = RunAsync();
        var watching = cluster.WatchAsync();
        if (await Task.WhenAny(running, watching) == watching && !running.IsCompleted)
        {
            await stop.CancelAsync();
            await watching;
        }
        return await running;

        async Task<IReadOnlyList<RoleMetrics>> RunAsync()
        {
            var session = await client.CreateSessionAsync(terms, stop.Token);
            var task = new ClientTask
            {
                Terms = terms,
                Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = new int[plan.PromptPositions] },
                VocabularySize = layout.VocabularySize,
                OnToken = _ => token(),
            };
            await client.RunAsync(session, task, stop.Token);
            return await client.MetricsAsync(session, stop.Token);
        }
    }

    private static BenchReport Report(
        BenchRequest request, ModelLayout layout, double bandwidth, TimeSpan loaded, List<TimeSpan> times, IReadOnlyList<RoleMetrics> metrics,
        IReadOnlyDictionary<string, long> memory)
    {
        var counted = Planner.Plan(new PlanRequest(request.Shape, layout, request.Context, request.Parties, request.Active)
        {
            FractionBits = request.ScaleBits,
            ChebyshevDegree = request.ChebyshevDegree,
            BlockSteps = request.BlockSteps,
            ReadGigabytesPerSecond = bandwidth,
        });
        // From the last token of a block to the last token of another: whole cycles of dealing and using.
        var blocks = (times.Count - 1) / request.BlockSteps * request.BlockSteps;
        var span = blocks > 0 ? blocks : times.Count - 1;
        var perToken = (times[^1] - times[^(span + 1)]).TotalSeconds / span;
        var parties = metrics.Where(m => m.Peer.Role == PeerRole.Party).ToArray();
        return new BenchReport
        {
            Shape = request.Shape,
            Context = request.Context,
            Parties = request.Parties,
            Security = request.Active ? "active" : "passive",
            Weights = request.Weights.Public ? "public" : "secret",
            Parameters = layout.Parameters,
            Tokens = times.Count,
            SecondsPerToken = Math.Round(perToken, 4),
            OnlineSecondsPerToken = Math.Round(parties.Max(p => p.SamplingSeconds / Math.Max(1, p.Tokens)), 4),
            FloorSeconds = Math.Round(counted.FloorSeconds, 4),
            RatioToFloor = Math.Round(perToken / counted.FloorSeconds, 2),
            ReadBandwidthGbps = Math.Round(bandwidth, 1),
            RoundsPerLayer = counted.RoundsPerLayer,
            RoundsPerToken = counted.RoundsPerToken,
            BytesPerLayer = counted.BytesPerLayer,
            DealtBytesPerToken = counted.DealtBytesPerToken,
            DealtBytes = metrics.Where(m => m.Peer.Role == PeerRole.TripleService).Aggregate(0UL, (sum, m) => sum + m.BytesDealt),
            LoadSeconds = Math.Round(loaded.TotalSeconds, 1),
            PeakMemoryBytes = memory,
        };
    }

    /// <summary>
    /// The session goes on for two blocks after the measured tokens: else nothing would be left to deal while the last of them are computed,
    /// and they would look cheaper than they are.
    /// </summary>
    private static SessionPlan Plan(BenchRequest request, int positions) => new()
    {
        Segments = [new PromptSegment(Owner, request.Context - request.Tokens + 1)],
        Uncertain = 0,
        Receivers = [Owner],
        MaxTokens = request.Tokens + Math.Clamp(positions - request.Context, 0, 2 * request.BlockSteps),
        Temperature = 0,
        NoiseSeed = null,
        FractionBits = request.ScaleBits,
        ChebyshevDegree = request.ChebyshevDegree,
        AuditRate = request.AuditRate,
        BlockSteps = request.BlockSteps,
    };
}
