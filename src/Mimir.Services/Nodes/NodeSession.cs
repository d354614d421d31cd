using System.Runtime.InteropServices;
using Mimir.Services.Hosting;
using Mimir.Services.Workers;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;

namespace Mimir.Services.Nodes;

/// <summary>A party's part of one session: two meshes, one tape, the engine between them.</summary>
internal sealed class NodeSession(Node node, LentModel<HeldModel> shared, VerifiedSession session, Action<SealedEnvelope> outbox) : IWorkerSession
{
    private readonly ClientMailbox _mailbox = new(node.Tls.Identity, session);
    private SessionStatistics? _statistics;

    /// <inheritdoc/>
    public string Step => _statistics is { } statistics ? $"step {statistics.Steps}" : "the start";

    /// <summary>Told by party 0 only: all parties are at the same step.</summary>
    public (int Done, int Total)? Progress => _statistics is { } statistics && session.IndexOf(node.Tls.Identity.Name) == 0 ? (statistics.Steps, session.Plan.Steps) : null;

    /// <inheritdoc/>
    public RoleMetrics? Observation => _statistics is { Steps: > 0 } statistics ? Observe(statistics) : null;

    /// <inheritdoc/>
    public void Deliver(SealedEnvelope envelope) => _mailbox.Deliver(envelope);

    /// <inheritdoc/>
    public async Task RunAsync(Action<RoleMetrics> done, Task ended, CancellationToken cancellation)
    {
        var held = shared.Borrow();
        try
        {
            var index = session.IndexOf(node.Tls.Identity.Name);
            await using var connections = new Connections(cancellation);
            var connectingOnline = connections.Add(stop => node.MeshAsync(ConnectionIds.Online(session.Id), index, session.Parties, "online", stop));
            var connectingOffline = connections.Add(stop => node.MeshAsync(ConnectionIds.Offline(session.Id), index, session.Parties, "offline", stop));
            var connectingTape = connections.Add(stop => node.TapeAsync(session.Id, index, session.TripleService, stop));
            var (online, offline, tape) = (await connectingOnline, await connectingOffline, await connectingTape);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var engine = new PartySession(
                held.Model, session.Plan, online, offline, new TapeReceiver(tape), new ClientPort(_mailbox, outbox), session.Bytes.Span) { Prefix = held.Prefixes.Take(session) };
            _statistics = engine.Statistics;
            using (var seat = held.Stage.Join(MemoryMarshal.Read<UInt128>(session.Id.ToBytes()))) await RunAsync(engine, seat, stop);
            if (session.Plan.KeepPrefix) held.Prefixes.Keep(session, engine.Keep());
            done(Metrics(engine.Statistics));
            await ended.WaitAsync(cancellation);
        }
        finally
        {
            shared.Return();
        }
    }

    private async Task RunAsync(PartySession engine, IStage stage, CancellationTokenSource stop)
    {
        var running = engine.RunAsync(stop.Token, stage);
        if (await Task.WhenAny(running, _mailbox.Fault) == _mailbox.Fault)
        {
            await stop.CancelAsync();
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
            await _mailbox.Fault;
        }
        await running;
    }

    /// <summary>The same with the times of parts, which only a session that has ended can tell.</summary>
    private RoleMetrics Metrics(SessionStatistics statistics)
    {
        var metrics = Observe(statistics);
        metrics.ProcessorSeconds = statistics.Clock.ProcessorSecondsPerStep;
        metrics.Parts.Add(PartMetrics.Of(statistics.Clock));
        return metrics;
    }

    private RoleMetrics Observe(SessionStatistics statistics) => PartView.Add(new()
    {
        Peer = node.Tls.Identity.ToRef(),
        Rounds = (ulong)statistics.OnlineRounds,
        OfflineRounds = (ulong)statistics.OfflineRounds,
        BytesSent = (ulong)(statistics.OnlineBytes + statistics.OfflineBytes),
        BytesDealt = (ulong)statistics.TapeBytes,
        MacChecks = (ulong)statistics.Checks,
        ItemsAudited = (ulong)statistics.Audits,
        Steps = (ulong)statistics.Steps,
        Tokens = (ulong)statistics.Tokens,
        OnlineSeconds = statistics.Online.TotalSeconds,
        OfflineSeconds = statistics.Waiting.TotalSeconds,
        SamplingSeconds = statistics.OnlineSampling.TotalSeconds,
        PrefillPositions = (ulong)statistics.PrefillPositions,
        PrefillSeconds = statistics.Prefill.TotalSeconds,
        PeakMemoryBytes = PeakMemory.Bytes,
    }, statistics.View);
}
