using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// One party's side of the steps of all sessions on one model: those that are ready run as lanes of one <see cref="Lockstep"/>; others
/// join between steps. What a session computes does not depend on the others; a late one is not waited for.
/// </summary>
/// <remarks>
/// A session comes here after a round of its own in which every party said that it is ready, so that all of them come here with it,
/// whatever happens to its client. Party 0 then names the sessions of the next lockstep in one small message; the others follow. It waits for
/// those of the last lockstep for at most half of that one's time, so that they stay together. A wrong list stops the work, and with it all
/// sessions of the model; it reveals nothing, because whatever is opened is masked and nothing is released before its session's check.
/// </remarks>
public sealed class SharedStage : IAsyncDisposable
{
    /// <summary>Sessions in one lockstep.</summary>
    public const int MaxLanes = 16;

    private const int IdBytes = 16;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<UInt128, Seat> _seats = [];
    private readonly List<Seat> _ready = [];
    private readonly List<Seat> _running = [];
    private readonly List<ILaneWork> _work = [];
    private readonly IMesh _mesh;
    private readonly Lockstep _lockstep;
    private readonly TimeProvider _clock;
    private readonly byte[] _list = new byte[MaxLanes * IdBytes];
    private readonly Memory<byte>[] _lists;
    private readonly Task _loop;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _last;
    private Exception? _failure;

    /// <summary>Steps of sessions on <paramref name="model"/> over <paramref name="mesh"/>, which is closed with it.</summary>
    public SharedStage(IMatrixProducts model, IMesh mesh, TimeProvider clock)
    {
        (_mesh, _clock) = (mesh, clock);
        _lockstep = new Lockstep(model, mesh);
        _lists = [.. Enumerable.Range(0, mesh.Count).Select(_ => new Memory<byte>(new byte[MaxLanes * IdBytes]))];
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Locksteps so far.</summary>
    public long Runs { get; private set; }

    /// <summary>Most sessions that one lockstep has had.</summary>
    public int MostLanes { get; private set; }

    /// <summary>A session's place; dispose of it when the session has ended.</summary>
    /// <exception cref="ArgumentException">The session has one.</exception>
    public SharedSeat Join(UInt128 session)
    {
        lock (_lock)
        {
            var seat = new Seat(this, session);
            if (session == 0 || !_seats.TryAdd(session, seat)) throw new ArgumentException("a session sits once on a stage");
            return seat;
        }
    }

    /// <summary>Ends everything that runs here, for <paramref name="reason"/>.</summary>
    public void Fail(Exception reason)
    {
        lock (_lock)
        {
            if (_failure is not null) return;
            _failure = reason;
        }
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Fail(new PeerLostException("the model was discarded"));
        await _loop;
        _lockstep.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await UntilAsync(() => _ready.Count > 0, Timeout.InfiniteTimeSpan);
                if (_mesh.Index == 0)
                {
                    await UntilAsync(() => _running.TrueForAll(s => s.IsReady || s.HasLeft), _last / 2);
                    WriteList();
                }
                await _mesh.ExchangeAsync(_list, _lists, _stop.Token);
                await ReadListAsync(_mesh.Index == 0 ? _list : _lists[0]);
                var started = _clock.GetTimestamp();
                await _lockstep.RunAsync(_work, _stop.Token);
                _last = _clock.GetElapsedTime(started);
                (Runs, MostLanes) = (Runs + 1, Math.Max(MostLanes, _running.Count));
                foreach (var seat in _running) seat.End(null);
            }
        }
        catch (Exception reason)
        {
            Fail(reason);
            // So that the other parties do not wait.
            await _mesh.DisposeAsync();
            // Not earlier: nothing works with the sessions' memory any more.
            lock (_lock) foreach (var seat in _seats.Values) seat.End(_failure);
        }
    }

    private void WriteList()
    {
        _list.AsSpan().Clear();
        lock (_lock)
        {
            var ids = MemoryMarshal.Cast<byte, UInt128>(_list.AsSpan());
            for (var i = 0; i < Math.Min(MaxLanes, _ready.Count); i++) ids[i] = _ready[i].Session;
        }
    }

    /// <summary>Takes the sessions that party 0 named, waiting for those whose last word is still under way to this party.</summary>
    private async Task ReadListAsync(ReadOnlyMemory<byte> list)
    {
        _running.Clear();
        _work.Clear();
        for (var i = 0; i < MaxLanes; i++)
        {
            var id = MemoryMarshal.Read<UInt128>(list.Span[(i * IdBytes)..]);
            if (id == 0) break;
            if (!TryFind(id, out var seat) || _running.Contains(seat))
                throw new MalformedMessageException("party 0 named a session for the next step that is not ready here; all sessions of the model end");
            await UntilAsync(() => seat.IsReady || seat.HasLeft, Timeout.InfiniteTimeSpan);
            if (seat.HasLeft) throw new PeerLostException("a session ended here that had begun elsewhere; all sessions of the model end");
            _running.Add(seat);
            _work.AddRange(seat.Take());
            lock (_lock) _ready.Remove(seat);
        }
        if (_running.Count == 0) throw new MalformedMessageException("party 0 named no session for the next step; all sessions of the model end");
    }

    private bool TryFind(UInt128 id, [NotNullWhen(true)] out Seat? seat)
    {
        lock (_lock) return _seats.TryGetValue(id, out seat);
    }

    /// <summary>Waits until <paramref name="condition"/> holds, at most <paramref name="most"/>.</summary>
    private async Task UntilAsync(Func<bool> condition, TimeSpan most)
    {
        var started = _clock.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition()) return;
                changed = _changed.Task;
            }
            var left = most == Timeout.InfiniteTimeSpan ? most : most - _clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero && left != Timeout.InfiniteTimeSpan) return;
            try { await changed.WaitAsync(left, _clock, _stop.Token); }
            catch (TimeoutException) { return; }
        }
    }

    private void Change()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    private sealed class Seat(SharedStage stage, UInt128 session) : SharedSeat
    {
        private TaskCompletionSource? _done;
        private IReadOnlyList<ILaneWork> _positions = [];

        public UInt128 Session => session;

        public bool IsReady { get; private set; }

        public bool HasLeft { get; private set; }

        public override CancellationToken Lifetime => stage._stop.Token;

        public override Exception? Failure => stage._failure;

        public override ValueTask RunAsync(IReadOnlyList<ILaneWork> positions)
        {
            lock (stage._lock)
            {
                if (stage._failure is { } failure) return ValueTask.FromException(failure);
                (_positions, IsReady) = (positions, true);
                _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
                stage._ready.Add(this);
                stage.Change();
                return new ValueTask(_done.Task);
            }
        }

        /// <summary>What is to run; it is no longer ready for more.</summary>
        public IReadOnlyList<ILaneWork> Take()
        {
            lock (stage._lock) IsReady = false;
            return _positions;
        }

        /// <summary>Its run has ended.</summary>
        public void End(Exception? failure)
        {
            if (failure is null) _done?.TrySetResult();
            else _done?.TrySetException(failure);
        }

        public override void Dispose()
        {
            lock (stage._lock)
            {
                HasLeft = true;
                stage._seats.Remove(session);
                stage.Change();
            }
        }
    }
}

/// <summary>One session's place on a <see cref="SharedStage"/>.</summary>
public abstract class SharedSeat : IStage, IDisposable
{
    /// <inheritdoc/>
    public abstract CancellationToken Lifetime { get; }

    /// <inheritdoc/>
    public abstract Exception? Failure { get; }

    /// <inheritdoc/>
    public abstract ValueTask RunAsync(IReadOnlyList<ILaneWork> positions);

    /// <inheritdoc/>
    public abstract void Dispose();
}
