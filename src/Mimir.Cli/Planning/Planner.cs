using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;

namespace Mimir.Cli.Planning;

/// <summary>
/// Counts one token by walking the session's program over lengths (<see cref="CostArithmetic"/>), with the sizes that dealer and parties
/// allocate by. Allocates nothing of the model's size.
/// </summary>
/// <remarks>
/// Seconds: every role on one machine. S = 8·Σ rows·stride bytes of secret matrices, P = 2·Σ rows·stride of public ones, B the read bandwidth.
/// Online = N·(S + P)/B (each party reads its share, and public matrices, once) + rounds · latency. Offline = (N + 1)·S/B (each party reads E once, the Triple Service A once) + dealt bytes / deal rate
/// + offline rounds · latency. Floor: protocol.md section 9.
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
        var numbers = new Numbers(layout, request.FractionBits, request.ChebyshevDegree, request.Parties);
        var session = Session(request);
        var position = request.Context - 1;
        var whole = CostArithmetic.Of(layout, session, numbers, request.Active, position);
        var outside = CostArithmetic.Of(layout with { Layers = 0 }, session, numbers, request.Active, position);
        var steps = Enumerable.Repeat(new StepShape(position, true, whole.Triples, whole.Corrections(request.Active)), request.BlockSteps).ToArray();
        var block = new BlockShape(0, steps);

        long peers = request.Parties - 1;
        var matrices = Element * layout.Matrices.Where(m => !m.IsPublic).Sum(m => (long)m.Rows * m.Stride);
        var shown = layout.Matrices.Where(m => m.IsPublic).Sum(MaskedWeights.WireBytes);
        var algebraic = Element * block.AlgebraicCorrections(layout, request.Active);
        var dealt = Element * whole.Corrections(request.Active) + algebraic / request.BlockSteps;
        var rounds = whole.Rounds + 1;
        var offlineRounds = request.Active ? OfflineRounds(layout, block) / (double)request.BlockSteps : 0;
        var lastParty = shown + Memory.OfParty(request, block, matrices, algebraic, last: true);
        var otherParties = peers * (shown + Memory.OfParty(request, block, matrices, algebraic, last: false));
        var dealer = Memory.OfDealer(request, block, matrices);

        var bytesPerSecond = request.ReadGigabytesPerSecond * 1e9;
        var online = request.Parties * (matrices + shown) / bytesPerSecond + rounds * request.RoundSeconds;
        var offline = (request.Parties + 1) * matrices / bytesPerSecond + dealt / (request.DealGigabytesPerSecond * 1e9)
            + offlineRounds * request.RoundSeconds;
        return new PlanReport
        {
            Model = request.Name,
            Parameters = layout.Parameters,
            Context = request.Context,
            Parties = request.Parties,
            Security = request.Active ? "active" : "passive",
            RoundsPerLayer = (whole.Rounds - outside.Rounds) / layout.Layers,
            RoundsPerToken = rounds,
            OfflineRoundsPerToken = offlineRounds,
            BytesPerLayer = peers * (whole.OpenedBytes - outside.OpenedBytes) / layout.Layers,
            BytesPerToken = peers * whole.OpenedBytes,
            DealtBytesPerToken = dealt,
            DealtBytesAtLoad = Element * DealerModel.LoadElements(layout, request.Active),
            ModelBytesPerParty = matrices + shown,
            PartyMemoryBytes = lastParty,
            TriplesMemoryBytes = dealer,
            TotalMemoryBytes = lastParty + otherParties + dealer,
            ReadBandwidthGbps = request.ReadGigabytesPerSecond,
            RoundSeconds = request.RoundSeconds,
            DealGbps = request.DealGigabytesPerSecond,
            FloorSeconds = ((2 * request.Parties + 1) * matrices + request.Parties * shown) / bytesPerSecond,
            OnlineSeconds = online,
            OfflineSeconds = offline,
            SecondsPerToken = online + offline,
        };
    }

    /// <summary>A session whose last step is the planned one.</summary>
    private static SessionPlan Session(PlanRequest request) => new()
    {
        Segments = [new PromptSegment("owner", request.Context)],
        Uncertain = 0,
        Receivers = ["owner"],
        MaxTokens = 1,
        Temperature = 0,
        NoiseSeed = null,
        FractionBits = request.FractionBits,
        ChebyshevDegree = request.ChebyshevDegree,
        AuditRate = 0,
        BlockSteps = request.BlockSteps,
    };

    /// <summary>One coin, one opening per burnt relation (see Sacrifice), three rounds of check.</summary>
    private static long OfflineRounds(ModelLayout layout, BlockShape block) =>
        4 + MatrixSlot.All(layout).Count(s => block.Users(layout, s).Count > 0) + block.Steps.Sum(s => 2L * layout.Layers + (s.Triples > 0 ? 1 : 0));
}
