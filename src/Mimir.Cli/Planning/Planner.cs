using Mimir.Cli.Planning.Machines;
using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;

namespace Mimir.Cli.Planning;

/// <summary>
/// Counts one token by walking the session's program over lengths (<see cref="CostArithmetic"/>), with the sizes that dealer and parties
/// allocate by. Allocates nothing of the model's size.
/// </summary>
/// <remarks>
/// Seconds: prices of a measured machine times the seven kinds of <see cref="Work"/>, see docs/performance.md. A projection divides processor
/// seconds by cores, reads matrices at the given bandwidth and adds delay and rate of the given network. Floor: protocol.md section 9.
/// </remarks>
public static class Planner
{
    private const int Element = sizeof(double);

    /// <summary>The plan for the token at the last position of the context.</summary>
    /// <exception cref="UsageException">The context does not fit the model.</exception>
    public static PlanReport Plan(PlanRequest request)
    {
        var layout = request.Layout;
        if (request.Context < 1 || request.Context > layout.MaxPositions)
            throw new UsageException($"--context must lie in 1..{layout.MaxPositions} for {request.Name}, not {request.Context}");
        if (request.Speculate is < 0 or > SessionPlan.MostGuesses || request.Speculate >= request.Context)
            throw new UsageException($"--speculate must lie in 0..{Math.Min(SessionPlan.MostGuesses, request.Context - 1)} for a context of {request.Context}, not {request.Speculate}");
        var numbers = new Numbers(layout, request.FractionBits, request.ChebyshevDegree, request.Parties);
        var session = Session(request);
        var position = request.Context - 1;
        var run = request.Speculate + 1;
        Cost Row(ModelLayout of, int row) => CostArithmetic.Of(of, session, numbers, request.Active, row);
        Cost[] Rows(ModelLayout of) => [.. Enumerable.Range(request.Context - run, run).Select(row => Row(of, row))];
        var each = Rows(layout);
        var (whole, outside) = (each.Aggregate(Cost.Together), Rows(layout with { Layers = 0 }).Aggregate(Cost.Together));
        var plan = session with { Speculate = request.Speculate };
        var (rows, group) = (Schedule.BlockRows(layout, plan, numbers, request.Active), Schedule.GroupRows(plan));
        var last = StepShape.Of(layout, session, position, Row(layout, position));
        var steps = Enumerable.Repeat(last, rows).ToArray();
        var block = new BlockShape(0, steps);

        long peers = request.Parties - 1;
        var matrices = Element * layout.Matrices.Where(m => !m.IsPublic).Sum(m => (long)m.Rows * m.Stride);
        var shown = layout.Matrices.Where(m => m.IsPublic).Sum(MaskedWeights.WireBytes);
        var algebraic = block.AlgebraicSection(layout, request.Active, last: true);
        var dealt = each.Sum(row => row.SectionBytes(request.Active)) + algebraic.Bytes * run / rows;
        var rounds = whole.Rounds + 1;
        var offlineRounds = request.Active ? OfflineRounds(layout, block, rows / group) * run / (double)rows : 0;
        var lastParty = shown + Memory.OfParty(request, block, group, matrices, algebraic.MemoryBytes, last: true);
        var otherParties = peers * (shown + Memory.OfParty(request, block, group, matrices, algebraic.MemoryBytes, last: false));
        var dealer = Memory.OfDealer(request, block, matrices);

        var bytesPerSecond = request.ReadGigabytesPerSecond * 1e9;
        var work = Work.Of(layout, request.Context, run, request.Parties, matrices, whole.Opened, rounds);
        var prices = request.Machine.For(request.Parties);
        var opened = peers * whole.OpenedBytes;
        var roles = Roles(request, prices, work, matrices, shown, rounds, opened, dealt);
        return new PlanReport
        {
            Model = request.Name,
            Parameters = layout.Parameters,
            Context = request.Context,
            Parties = request.Parties,
            Speculate = request.Speculate,
            Security = request.Active ? "active" : "passive",
            RoundsPerLayer = (whole.Rounds - outside.Rounds) / layout.Layers,
            RoundsPerToken = rounds,
            OfflineRoundsPerToken = offlineRounds,
            BytesPerLayer = peers * (whole.OpenedBytes - outside.OpenedBytes) / layout.Layers,
            BytesPerToken = opened,
            DealtBytesPerToken = dealt,
            DealtBytesAtLoad = new SectionSize(DealerModel.LoadElements(layout, request.Active)).Bytes,
            ModelBytesPerParty = matrices + shown,
            PartyMemoryBytes = lastParty,
            TriplesMemoryBytes = dealer,
            TotalMemoryBytes = lastParty + otherParties + dealer,
            ReadBandwidthGbps = request.ReadGigabytesPerSecond,
            FloorSeconds = ((2 * request.Parties + 1) * matrices + request.Parties * shown) / bytesPerSecond,
            Machine = request.Machine.Name,
            Projection = request.Hardware is not null,
            Work = work,
            Roles = roles,
            OnlineSeconds = request.Hardware is null ? prices.Online.Of(work) : roles[0].Seconds,
            SecondsPerToken = request.Hardware is null ? prices.Together.Of(work) : roles.Max(r => r.Seconds),
        };
    }

    /// <summary>Party and Triple Service, each on a machine of its own: the planned hardware, or the measured one on loopback.</summary>
    private static RoleTime[] Roles(PlanRequest request, Calibration prices, Work work, double matrices, double shown, double rounds, double opened, double dealt)
    {
        var network = request.Hardware?.Network;
        double cores = request.Hardware?.Cores ?? request.Machine.Cores;
        var memory = (request.Hardware?.ReadGigabytesPerSecond ?? request.ReadGigabytesPerSecond) * 1e9;
        double delay = network?.OneWaySeconds ?? 0, rate = network?.BytesPerSecond ?? double.PositiveInfinity;
        return
        [
            RoleTime.Of("party", prices.Party.Of(work) / cores, (2 * matrices + shown) / memory, rounds * delay + opened / rate, waits: true),
            RoleTime.Of("triples", prices.Triples.Of(work) / cores, matrices / memory, dealt / rate, waits: false),
        ];
    }

    /// <summary>A session whose last run is the planned one: a token is sampled after each of its rows.</summary>
    private static SessionPlan Session(PlanRequest request) => new()
    {
        Segments = [new PromptSegment("owner", request.Context - request.Speculate)],
        Uncertain = 0,
        Receivers = ["owner"],
        MaxTokens = 1 + request.Speculate,
        Temperature = 0,
        NoiseSeed = null,
        FractionBits = request.FractionBits,
        ChebyshevDegree = request.ChebyshevDegree,
        AuditRate = 0,
        LogitsToOwner = request.LogitsToOwner,
        BlockSteps = request.BlockSteps,
    };

    /// <summary>A coin for every group; the sacrifice, which is a check at least, with the first one, and a check with every other.</summary>
    private static long OfflineRounds(ModelLayout layout, BlockShape block, int groups) => groups + block.SacrificeRounds(layout) + 3 * (groups - 1);
}
