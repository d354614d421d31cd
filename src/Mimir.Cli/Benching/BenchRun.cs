using System.Diagnostics;
using Mimir.Cli.Demo;
using Mimir.Cli.Generation;
using Mimir.Cli.Planning;
using Mimir.Client;
using Mimir.Client.Drafting;
using Mimir.Client.Text;
using Mimir.Models.Files;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Services.ModelOwners;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Timing;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Cli.Benching;

/// <summary>
/// One measurement: the read bandwidth, then a cluster of real processes, one session whose prompt fills the context but for the measured
/// tokens (<see cref="BenchRequest.Prefill"/>: its second one). The time per token is taken between tokens at the client, over whole blocks, so that dealing is in it.
/// </summary>
public static class BenchRun
{
    private const string Owner = "client";

    // Far larger than any cache.
    private const long MeasuredBytes = 512L << 20;

    /// <summary>Runs it; nothing is left behind. <paramref name="loadedModel"/> is called when every party holds its shares.</summary>
    public static async Task<BenchReport> RunAsync(BenchRequest request, Action<string> progress, Action loadedModel, CancellationToken cancellation)
    {
        var known = ModelShapes.Names.Contains(request.Shape) || !Directory.Exists(request.Shape);
        var layout = request.Weights.LayoutOf(known ? ModelShapes.Find(request.Shape) : ModelDirectory.OpenConfig(request.Shape));
        var prompt = Prompt(request, known);
        request = request with { Context = prompt.Length + request.Warm + request.Tokens - 1 };
        var plan = Plan(request, 0);
        var cycle = (Block: Schedule.BlockRows(layout, plan, new Numbers(layout, plan.FractionBits, plan.ChebyshevDegree, request.Parties), request.Active), Group: Schedule.GroupRows(plan));
        plan = Plan(request, Math.Clamp(layout.MaxPositions - request.Context, 0, cycle.Block + cycle.Group));
        plan.Validate(layout, request.Parties, layout.MaxPositions);
        progress("measuring the read bandwidth");
        var bandwidth = MemoryBandwidth.MeasureReadGigabytesPerSecond(Environment.ProcessorCount, MeasuredBytes);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        progress($"sharing {request.Shape} among {request.Parties} parties");
        var clock = Stopwatch.StartNew();
        var starting = new LocalClusterOptions
        {
            Model = known ? ModelShareSettings.ShapePrefix + request.Shape : Path.GetFullPath(request.Shape),
            Weights = request.Weights,
            Parties = request.Parties,
            Active = request.Active,
            ScaleBits = request.ScaleBits,
            MaxLanes = request.Lanes,
            Hosts = request.Hosts,
            Threads = request.Threads,
        };
        using var watching = new CancellationTokenSource();
        MemoryWatch? memory = null;
        await using var cluster = await LocalCluster.StartAsync(starting, _ => { }, cancellation, c => _ = (memory = new MemoryWatch(c)).RunAsync(watching.Token));
        var loaded = clock.Elapsed;

        loadedModel();
        progress($"{plan.PromptPositions} positions of prompt, then {request.Tokens} tokens");
        var first = new List<TimeSpan> { clock.Elapsed };
        if (request.Prefill) await SessionAsync(request, cluster, layout, plan, prompt, () => first.Add(clock.Elapsed), cancellation);
        // Every session's beginning and its tokens.
        var times = Enumerable.Range(0, request.Lanes).Select(_ => new List<TimeSpan> { clock.Elapsed }).ToArray();
        var metrics = await Task.WhenAll(times.Select(t => SessionAsync(request, cluster, layout, plan, prompt, () => t.Add(clock.Elapsed), cancellation)));
        await watching.CancelAsync();
        return Report(request, layout, cycle, bandwidth, loaded, first, times, metrics[0], memory!.Peaks);
    }

    private static async Task<IReadOnlyList<RoleMetrics>> SessionAsync(
        BenchRequest request, LocalCluster cluster, ModelLayout layout, SessionPlan plan, int[] prompt, Action token, CancellationToken cancellation)
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
                Segments = new Dictionary<int, IReadOnlyList<int>> { [0] = prompt },
                Drafter = request.Speculate > 0 ? DrafterFile.Open(request.Shape) : null,
                VocabularySize = layout.VocabularySize,
                OnToken = _ => token(),
            };
            await client.RunAsync(session, task, stop.Token);
            return await client.MetricsAsync(session, stop.Token);
        }
    }

    private static BenchReport Report(
        BenchRequest request, ModelLayout layout, (int Block, int Group) cycle, double bandwidth, TimeSpan loaded, List<TimeSpan> first, List<TimeSpan>[] all, IReadOnlyList<RoleMetrics> metrics,
        IReadOnlyDictionary<string, long> memory)
    {
        var counted = Planner.Plan(new PlanRequest(request.Shape, layout, request.Context, request.Parties, request.Active)
        {
            FractionBits = request.ScaleBits,
            ChebyshevDegree = request.ChebyshevDegree,
            BlockSteps = request.BlockSteps,
            LogitsToOwner = request.LogitsToOwner,
            ReadGigabytesPerSecond = bandwidth,
        });
        var times = all[0].GetRange(request.Warm, request.Tokens + 1);
        IReadOnlyList<List<TimeSpan>> lanes = [.. all.Select(t => t.GetRange(request.Warm, request.Tokens + 1))];
        var span = Span(request, cycle);
        var perToken = (times[^1] - times[^(span + 1)]).TotalSeconds / span;
        var parties = metrics.Where(m => m.Peer.Role == PeerRole.Party).ToArray();
        var runs = Runs(request, parties[0]);
        var steps = parties.Max(p => p.Parts.Where(t => t.Part != nameof(StepPart.Material)).Sum(t => t.Seconds));
        return new BenchReport
        {
            Shape = request.Shape,
            Context = request.Context,
            Parties = request.Parties,
            Security = request.Active ? "active" : "passive",
            Weights = request.Weights.Public ? "public" : "secret",
            Parameters = layout.Parameters,
            Tokens = request.Tokens,
            Lanes = request.Lanes,
            Speculate = request.Speculate,
            TokensPerRun = Math.Round(runs, 3),
            PrefillPositions = request.Prompt,
            PrefillSeconds = Math.Round((all[0][1] - all[0][0]).TotalSeconds, 3),
            FirstPrefillSeconds = request.Prefill ? Math.Round((first[1] - first[0]).TotalSeconds, 3) : null,
            PrefillStepSeconds = Math.Round(parties.Max(p => p.PrefillSeconds), 3),
            TokensPerSecond = Math.Round(lanes.Count == 1 ? 1 / perToken : Throughput(lanes), 3),
            SecondsPerToken = Math.Round(perToken, 4),
            OnlineSecondsPerToken = Math.Round(all[0].Count > times.Count + request.Warm + 1 ? (all[0][^1] - all[0][^3]).TotalSeconds / 2 : steps, 4),
            StepSecondsPerToken = Math.Round(steps, 4),
            FloorSeconds = Math.Round(counted.FloorSeconds, 4),
            RatioToFloor = Math.Round(perToken / counted.FloorSeconds, 2),
            ReadBandwidthGbps = Math.Round(bandwidth, 1),
            RoundsPerLayer = counted.RoundsPerLayer,
            RoundsPerToken = counted.RoundsPerToken,
            BytesPerLayer = counted.BytesPerLayer,
            OpenedBytesPerToken = counted.BytesPerToken,
            DealtBytesPerToken = counted.DealtBytesPerToken,
            DealtBytes = metrics.Where(m => m.Peer.Role == PeerRole.TripleService).Aggregate(0UL, (sum, m) => sum + m.BytesDealt),
            PartyProcessorSeconds = Math.Round(parties.Average(p => p.ProcessorSeconds), 5),
            TriplesProcessorSeconds = Math.Round(metrics.Where(m => m.Peer.Role == PeerRole.TripleService).Sum(m => m.ProcessorSeconds), 5),
            LoadSeconds = Math.Round(loaded.TotalSeconds, 1),
            PeakMemoryBytes = memory,
            Breakdown = request.Breakdown ? Breakdown.Of(metrics) : null,
        };
    }

    /// <summary>Tokens that come out of a run of a token and its guesses, on average.</summary>
    private static double Runs(BenchRequest request, RoleMetrics party) =>
        (party.Tokens - 1.0) * (request.Speculate + 1) / (party.Steps - party.PrefillPositions);

    /// <summary>Zeros, or the text's tokens.</summary>
    private static int[] Prompt(BenchRequest request, bool known)
    {
        if (request.Text is null) return new int[request.Prompt];
        if (known) throw new UsageException("--prompt and --speculate need a model directory as --shape: text of random weights repeats nothing");
        return [.. PromptText.Encode(ModelDirectory.OpenTokenizer(request.Shape), request.Text, first: true)];
    }

    /// <summary>Tokens of all sessions per second, from when the last has its first token until the first has its last one.</summary>
    private static double Throughput(IReadOnlyList<List<TimeSpan>> lanes)
    {
        TimeSpan from = lanes.Max(l => l[1]), to = lanes.Min(l => l[^1]);
        if (to <= from) throw new UsageException("the sessions did not run side by side long enough to measure; use more --tokens");
        return lanes.Sum(l => l.Skip(1).Count(t => t > from && t <= to)) / (to - from).TotalSeconds;
    }

    /// <summary>
    /// Tokens to measure: whole cycles of dealing and using, blocks or at least groups, if there are enough; the first may only end a warm-up. Guesses come out in bursts,
    /// however blocks lie.
    /// </summary>
    private static int Span(BenchRequest request, (int Block, int Group) cycle)
    {
        var most = request.Warm > 0 ? request.Tokens : request.Tokens - 1;
        if (request.Speculate > 0 || most < cycle.Group) return most;
        var whole = most < cycle.Block ? cycle.Group : cycle.Block;
        return most / whole * whole;
    }

    /// <summary>
    /// The session goes on for <paramref name="behind"/> tokens, a block and a group, after the measured ones: else nothing would be left to deal while the last of them
    /// are computed, and they would look cheaper than they are.
    /// </summary>
    private static SessionPlan Plan(BenchRequest request, int behind) => new()
    {
        Segments = [new PromptSegment(Owner, request.Prompt)],
        Uncertain = 0,
        Receivers = [Owner],
        MaxTokens = request.Warm + request.Tokens + behind,
        Temperature = 0,
        NoiseSeed = null,
        FractionBits = request.ScaleBits,
        ChebyshevDegree = request.ChebyshevDegree,
        AuditRate = request.AuditRate,
        LogitsToOwner = request.LogitsToOwner,
        Speculate = request.Speculate,
        BlockSteps = request.BlockSteps,
    };
}
