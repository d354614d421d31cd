using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Timing;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// One party's side of one session. Two things run side by side, each over its own mesh: <see cref="BlockSource"/> receives, sacrifices
/// and audits blocks ahead of need; the steps use them. Any violation ends both; nothing unchecked leaves.
/// </summary>
public sealed class PartySession : IDisposable
{
    private readonly PartyModel _model;
    private readonly SessionPlan _plan;
    private readonly SessionMemory _memory;
    private readonly Workspace _workspace;
    private readonly IMesh _online;
    private readonly Opener _opener;
    private readonly PartyCache _cache;
    private readonly BlockSource _source;
    private readonly TapeReceiver _tape;
    private readonly PartyClients _clients;
    private readonly StepLane[] _lanes;
    private readonly PartySteps _steps;
    private readonly byte[] _descriptor;

    /// <summary>
    /// <paramref name="online"/> and <paramref name="offline"/> are two meshes among the same parties; <paramref name="descriptor"/> is the
    /// session's public description, on which all parties must agree to the byte.
    /// </summary>
    public PartySession(
        PartyModel model, SessionPlan plan, IMesh online, IMesh offline, TapeReceiver tape, IPartyPort port, ReadOnlySpan<byte> descriptor)
    {
        plan.Validate(model.Layout, model.Count, model.Layout.MaxPositions);
        (_model, _plan, _online, _tape) = (model, plan, online, tape);
        _descriptor = descriptor.ToArray();
        var numbers = new Numbers(model.Layout, plan.FractionBits, plan.ChebyshevDegree, model.Count);
        _memory = new SessionMemory(model.Reserve);
        _workspace = new Workspace(_memory);
        var party = new Party(model.Index, model.Count, model.Active, model.Alpha, _workspace);
        _opener = new Opener(party, new TimedMesh(online, Statistics.Clock), HmacDrbg.FromSystem());
        _cache = new PartyCache(model.Layout, plan.Rows, model.Active);
        _source = new BlockSource(model, plan, numbers, _cache, party, offline, tape, _memory);
        _clients = new PartyClients(plan, model.Layout.VocabularySize, party, _opener, port);
        _lanes = [.. Enumerable.Range(0, Schedule.Lanes(model.Layout, plan, numbers, model.Active))
            .Select(_ => new StepLane(model, plan, numbers, _cache, party, _clients, (step, logits) => LogitsProbe?.Invoke(step, logits) ?? default, Statistics.Clock))];
        _steps = new PartySteps(plan, party, _opener, _clients, _source, _cache, _lanes, Statistics);
    }

    /// <summary>See <see cref="PartyArithmetic.LogitsProbe"/>.</summary>
    internal Func<PartyStep, Share, ValueTask>? LogitsProbe { get; init; }

    /// <summary>The rows that the session begins with (<see cref="SessionPlan.ReusedRows"/>); zeroed at the end.</summary>
    public PartyCache? Prefix { get; init; }

    /// <summary>The rows that a session keeps (<see cref="SessionPlan.KeepPrefix"/>), when it has ended well: every opening that made them was checked.</summary>
    public PartyCache Keep() => _cache.Copy(_plan.KeptRows);

    /// <summary>What has happened so far.</summary>
    public SessionStatistics Statistics { get; } = new();

    /// <summary>
    /// Runs the session to its last token, or until a client asks to stop: on <paramref name="stage"/> together with other sessions, or, without
    /// one, alone on its own mesh.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation, IStage? stage = null)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var own = stage is null ? new OwnStage(_model, _online, linked.Token) : null;
        _opener.RequireAgreement(_descriptor);
        if (_plan.ReusedRows > 0) (Prefix ?? throw new InvalidOperationException("the reused rows are missing")).CopyTo(_cache, _plan.ReusedRows);
        if (_plan.PublicTokens.Count > 0) _opener.RequireAgreement(await PublicPrefix.FillAsync(_model, _plan, _cache, linked.Token));
        await _clients.StartAsync(_tape, _memory, linked.Token);
        var ready = Channel.CreateBounded<ReadySteps>(1);
        var ahead = Task.Run(() => _source.RunAsync(ready.Writer, linked.Token), CancellationToken.None);
        var done = false;
        try
        {
            await _steps.RunAsync(ready.Reader, stage ?? own!, linked.Token);
            done = true;
        }
        catch (Exception e) when (e is not ProtocolViolation && ahead.IsFaulted)
        {
            // The reason is on the other side; the steps only noticed that no more blocks came.
        }
        catch (Exception e)
        {
            // The caller disposes the session next: nothing may still be working with its memory then.
            await linked.CancelAsync();
            await ahead.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (e is OperationCanceledException && stage?.Failure is { } reason) ExceptionDispatchInfo.Throw(reason);
            throw;
        }
        await linked.CancelAsync();
        try { await ahead; }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) { }
        catch (PeerLostException) when (done && !cancellation.IsCancellationRequested)
        {
            // Another party has noticed the end first and closed its mesh of blocks ahead.
        }
        _memory.EndedWell = done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _opener.Dispose();
        _clients.Dispose();
        foreach (var lane in _lanes) lane.Dispose();
        _steps.Dispose();
        _source.Dispose();
        _cache.Clear();
        Prefix?.Clear();
        _workspace.Return();
        _memory.Dispose();
    }
}
