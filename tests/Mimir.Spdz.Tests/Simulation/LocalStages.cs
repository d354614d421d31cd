using Mimir.Models.Transformers;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>One model held by N parties in one process, and sessions on it that share a stage per party.</summary>
internal sealed class LocalStages : IAsyncDisposable
{
    private readonly IWeightSource _model;
    private readonly DealerModel _dealer;
    private readonly PartyModel[] _parties;
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _submitted;
    private UInt128 _next = 1;

    private LocalStages(IWeightSource model, DealerModel dealer, PartyModel[] parties, Func<IMesh, IMesh> wrapLanes, int together)
    {
        (_model, _dealer, _parties, Together) = (model, dealer, parties, together);
        Stages = [.. MemoryMesh.Create(parties.Length).Select((m, i) => new SharedStage(parties[i], wrapLanes(new GatedMesh(m, _gate.Task)), TimeProvider.System))];
        if (together <= 1) _gate.SetResult();
    }

    public SharedStage[] Stages { get; }

    /// <summary>What ended sessions have left, at each party and at the dealer.</summary>
    public IReadOnlyList<MemoryReserve> Reserves => [.. _parties.Select(p => p.Reserve), _dealer.Reserve];

    /// <summary>Each party's, of the last session that ended.</summary>
    public SessionStatistics[] Statistics { get; } = new SessionStatistics[16];

    /// <summary>No lockstep before as many sessions are ready at party 0.</summary>
    private int Together { get; }

    public static async Task<LocalStages> LoadAsync(IWeightSource model, int parties = 2, bool active = true, int together = 1, Func<IMesh, IMesh>? wrapLanes = null)
    {
        var tapes = Enumerable.Range(0, parties).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var owners = Enumerable.Range(0, parties).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var meshes = MemoryMesh.Create(parties);
        var loading = Enumerable.Range(0, parties).Select(i => Task.Run(() =>
            PartyModel.LoadAsync(model.Layout, active, meshes[i], new TapeReceiver(tapes[i].B), owners[i].B, CancellationToken.None))).ToArray();
        var (dealer, keys) = await Task.Run(() => DealerModel.DealAsync(model.Layout, active, new TapeSender([.. tapes.Select(t => t.A)]), CancellationToken.None));
        await MaskedWeights.SendAsync(model, keys, 16, [.. owners.Select(o => o.A)], null, CancellationToken.None);
        return new LocalStages(model, dealer, await Task.WhenAll(loading), wrapLanes ?? (m => m), together);
    }

    /// <summary>What the last session that keeps its prefix has left: the dealer's rows and each party's.</summary>
    public (DealerCache Dealer, PartyCache[] Parties) Kept { get; set; }

    /// <summary>Runs one session beside others; <paramref name="stop"/>[i] cancels it at party i. A session that reuses rows takes those of <see cref="Kept"/>.</summary>
    public async Task<LocalClients> RunAsync(SessionPlan plan, LocalClients clients, CancellationToken[]? stop = null)
    {
        var count = _parties.Length;
        var kept = new PartyCache[count];
        DealerCache? DealerPrefix() => plan.ReusedRows > 0 ? Kept.Dealer.Copy(plan.ReusedRows) : null;
        var id = _next++;
        clients.Attach(new LocalGroup { Model = _model, Plan = plan, Parties = count, Active = _dealer.Active, Clients = clients });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var tapes = Enumerable.Range(0, count).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var (online, offline) = (MemoryMesh.Create(count), MemoryMesh.Create(count));
        var dealer = new DealerSession(_dealer, plan, new TapeSender([.. tapes.Select(t => t.A)]), clients) { Prefix = DealerPrefix() };
        var dealing = Task.Run(() => dealer.RunAsync(ended.Token));
        var talking = clients.RunAsync(ended.Token);
        var parties = Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            try
            {
                using var seat = Stages[i].Join(id);
                using var session = new PartySession(_parties[i], plan, online[i], offline[i], new TapeReceiver(tapes[i].B), clients.Port(i), BitConverter.GetBytes((ulong)id))
                {
                    Prefix = plan.ReusedRows > 0 ? Kept.Parties[i].Copy(plan.ReusedRows) : null,
                };
                await session.RunAsync(stop?[i] ?? ended.Token, i == 0 ? new CountingStage(seat, Submitted) : seat);
                Statistics[i] = session.Statistics;
                if (plan.KeepPrefix) kept[i] = session.Keep();
            }
            catch
            {
                await ended.CancelAsync();
                throw;
            }
            finally
            {
                // As a node does when its part of a session has ended.
                await online[i].DisposeAsync();
                await offline[i].DisposeAsync();
                await tapes[i].B.DisposeAsync();
            }
        })).ToArray();
        try
        {
            await Task.WhenAll(parties);
            await talking;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(dealing, talking).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        if (plan.KeepPrefix) Kept = (dealer.Kept!, kept);
        return clients;
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        foreach (var stage in Stages) await stage.DisposeAsync();
        foreach (var party in _parties) party.Dispose();
        _dealer.Dispose();
    }

    private void Submitted()
    {
        if (Interlocked.Increment(ref _submitted) >= Together) _gate.TrySetResult();
    }

    private sealed class CountingStage(IStage inner, Action submitted) : IStage
    {
        public CancellationToken Lifetime => inner.Lifetime;

        public Exception? Failure => inner.Failure;

        public ValueTask RunAsync(IReadOnlyList<ILaneWork> positions)
        {
            var running = inner.RunAsync(positions);
            submitted();
            return running;
        }
    }

    private sealed class GatedMesh(IMesh inner, Task gate) : IMesh
    {
        public int Index => inner.Index;

        public int Count => inner.Count;

        public async ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
        {
            await gate.WaitAsync(cancellation);
            await inner.ExchangeAsync(mine, theirs, cancellation);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
