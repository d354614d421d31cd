using System.Collections.Concurrent;
using Mimir.Services.Workers;
using Mimir.Spdz;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Tape;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Triples;

/// <summary>The Triple Service's models: masks A, check keys and MAC keys, one set per group.</summary>
internal sealed class Dealer(TlsSettings tls, PeerListener listener, long prefixBytes) : IWorker, IDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DealWithin = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<SessionId, LentModel<HeldDealer>> _models = [];
    private readonly ConcurrentDictionary<SessionId, TaskCompletionSource<(VerifiedGroup Group, byte[][] Keys)>> _maskKeys = [];

    /// <summary>Where sealed masks for clients go.</summary>
    public Action<SealedEnvelope> Outbox { get; set; } = _ => { };

    /// <summary>This process's certificate, keys and trust.</summary>
    public TlsSettings Tls => tls;

    /// <inheritdoc/>
    public async Task LoadAsync(VerifiedGroup group, CancellationToken cancellation)
    {
        RequireSelf(group.TripleService);
        var waiting = Keys(group.Id);
        try
        {
            await using var connections = new Connections(cancellation);
            var streams = await TapesAsync(connections, group.Id, group.Parties);
            var (model, keys) = await DealerModel.DealAsync(group.Layout, group.Active, new TapeSender(streams), cancellation);
            _models[group.Id] = new LentModel<HeldDealer>(group, new HeldDealer(model, new PrefixStore<DealerCache>(prefixBytes)));
            waiting.TrySetResult((group, keys));
            // The parties close their ends when they have loaded the model, or when that failed.
            await WaitForCloseAsync(streams[0], cancellation);
        }
        catch (Exception error)
        {
            waiting.TrySetException(error);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Discard(SessionId group)
    {
        _maskKeys.TryRemove(group, out _);
        if (_models.TryRemove(group, out var model)) model.Retire();
    }

    /// <inheritdoc/>
    public IWorkerSession Open(VerifiedSession session)
    {
        RequireSelf(session.TripleService);
        if (!_models.TryGetValue(session.Group, out var model))
            throw new MalformedMessageException("the Triple Service does not hold the session's model; share it again");
        session.RequireGroup(model.Group);
        return new DealerRun(this, model, session);
    }

    /// <summary>The keys of A, handed out once; whoever asks first must be the group's model owner (<see cref="TripleServiceEndpoint"/>).</summary>
    public async Task<(VerifiedGroup Group, byte[][] Keys)> MaskKeysAsync(SessionId group, CancellationToken cancellation) =>
        await Keys(group).Task.WaitAsync(DealWithin, cancellation);

    /// <summary>Whether the keys were still to be had; afterwards they are not.</summary>
    public bool TakeKeys(SessionId group) => _maskKeys.TryRemove(group, out _);

    /// <summary>One tape per party in index order, each from the party that the description names.</summary>
    public async Task<PeerStream[]> TapesAsync(Connections connections, SessionId id, IReadOnlyList<VerifiedWorker> parties)
    {
        var accepting = parties.Select((p, i) => connections.Add(
            stop => listener.AcceptAsync(new AcceptFilter(Purpose.Tape, id, Role.Party, p.Identity.Name, i, p.Identity.SpkiSha256), ConnectWithin, stop))).ToArray();
        var streams = new PeerStream[accepting.Length];
        for (var i = 0; i < streams.Length; i++) streams[i] = await accepting[i];
        return streams;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var id in _models.Keys) Discard(id);
    }

    private TaskCompletionSource<(VerifiedGroup, byte[][])> Keys(SessionId group) => _maskKeys.GetOrAdd(group, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private void RequireSelf(VerifiedWorker service)
    {
        if (!service.Identity.SpkiSha256.Span.SequenceEqual(tls.Identity.SpkiSha256.Span))
            throw new MalformedMessageException("the description names another Triple Service than this one");
    }

    private static async Task WaitForCloseAsync(PeerStream stream, CancellationToken cancellation)
    {
        try
        {
            _ = await stream.ReadAsync(new byte[1], cancellation);
            throw new MalformedMessageException($"{stream.Peer} sent something on a tape where nothing is due");
        }
        catch (PeerLostException)
        {
            // That is the end that was awaited.
        }
    }
}
