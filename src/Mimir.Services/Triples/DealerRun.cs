using System.Diagnostics;
using Mimir.Services.Hosting;
using Mimir.Services.Workers;
using Mimir.Spdz;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;

namespace Mimir.Services.Triples;

/// <summary>The Triple Service's part of one session: deals until everything is dealt or the parties need no more.</summary>
internal sealed class DealerRun(Dealer dealer, LentModel<HeldDealer> lent, VerifiedSession session) : IWorkerSession
{
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(1);

    private (DealerSession Engine, TapeSender Sender)? _dealing;

    /// <inheritdoc/>
    public string Step => "dealing";

    /// <summary>The parties say how far the session is.</summary>
    public (int Done, int Total)? Progress => null;

    /// <inheritdoc/>
    public RoleMetrics? Observation => _dealing is var (engine, sender) && sender.BytesSent > 0
        ? new RoleMetrics { Peer = dealer.Tls.Identity.ToRef(), BytesDealt = (ulong)sender.BytesSent, ItemsAudited = (ulong)engine.StepsAudited, Steps = (ulong)engine.Steps }
        : null;

    /// <summary>No client has anything to say to the Triple Service.</summary>
    public void Deliver(SealedEnvelope envelope) { }

    /// <inheritdoc/>
    public async Task RunAsync(Action<RoleMetrics> done, Task ended, CancellationToken cancellation)
    {
        var held = lent.Borrow();
        try
        {
            await using var connections = new Connections(cancellation);
            var tapes = await dealer.TapesAsync(connections, session.Id, session.Parties);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var sender = new TapeSender(tapes);
            var engine = new DealerSession(held.Model, session.Plan, sender, new MaskPort(dealer, session)) { Prefix = held.Prefixes.Take(session) };
            _dealing = (engine, sender);
            var clock = Stopwatch.StartNew();
            var dealing = engine.RunAsync(enough.Token);
            await Task.WhenAny(dealing, ended);
            if (!dealing.IsCompletedSuccessfully) await StopAsync(dealing, ended, enough);
            clock.Stop();
            if (engine.Kept is { } kept) held.Prefixes.Keep(session, kept);
            await ended.WaitAsync(cancellation);
            done(Metrics(engine, sender, clock.Elapsed));
        }
        finally
        {
            lent.Return();
        }
    }

    /// <summary>A session may end before all is dealt: the parties then close their tapes, and the coordinator says so.</summary>
    private static async Task StopAsync(Task dealing, Task ended, CancellationTokenSource enough)
    {
        if (!ended.IsCompleted && dealing.Exception?.InnerException is PeerLostException)
            await Task.WhenAny(ended, Task.Delay(EndGrace, enough.Token));
        if (!ended.IsCompleted) await dealing;
        await enough.CancelAsync();
        try { await dealing; }
        catch (Exception error) when (error is OperationCanceledException or PeerLostException)
        {
            // Nobody waits for the rest any more.
        }
    }

    private RoleMetrics Metrics(DealerSession engine, TapeSender sender, TimeSpan elapsed) => new()
    {
        ProcessorSeconds = engine.Clock.ProcessorSecondsPerStep,
        Parts = { PartMetrics.Of(engine.Clock) },
        ProductSeconds = engine.Products.TotalSeconds / Math.Max(1, engine.Steps),
        Peer = dealer.Tls.Identity.ToRef(),
        BytesDealt = (ulong)sender.BytesSent,
        Steps = (ulong)engine.Steps,
        ItemsAudited = (ulong)engine.StepsAudited,
        OfflineSeconds = elapsed.TotalSeconds,
        PeakMemoryBytes = PeakMemory.Bytes,
    };
}
