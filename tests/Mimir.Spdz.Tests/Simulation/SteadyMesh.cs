using System.Threading.Tasks.Sources;
using Mimir.Spdz.Channels;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>Parties in one process whose rounds allocate nothing: the last one to come delivers to all and resumes the others.</summary>
internal sealed class SteadyMesh : IMesh, IValueTaskSource
{
    private readonly SteadyMesh[] _all;
    private readonly Lock _lock;
    private readonly Action<int> _roundStarts;
    private ManualResetValueTaskSourceCore<bool> _source;
    private ReadOnlyMemory<byte> _mine;
    private Memory<byte>[] _theirs = [];
    private bool _waiting;
    private int _round;

    private SteadyMesh(int index, SteadyMesh[] all, Lock shared, Action<int> roundStarts) =>
        (Index, _all, _lock, _roundStarts) = (index, all, shared, roundStarts);

    public int Index { get; }

    public int Count => _all.Length;

    /// <summary>A full mesh; <paramref name="roundStarts"/> hears the number of each round from party 0 before it sends.</summary>
    public static SteadyMesh[] Create(int count, Action<int> roundStarts)
    {
        var all = new SteadyMesh[count];
        var shared = new Lock();
        for (var i = 0; i < count; i++) all[i] = new SteadyMesh(i, all, shared, i == 0 ? roundStarts : static _ => { });
        return all;
    }

    public ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        _roundStarts(_round++);
        lock (_lock)
        {
            (_mine, _theirs) = (mine, theirs);
            _source.Reset();
            _waiting = true;
            foreach (var party in _all)
                if (!party._waiting) return new ValueTask(this, _source.Version);
            foreach (var to in _all)
                foreach (var from in _all)
                    if (from != to) from._mine.CopyTo(to._theirs[from.Index]);
            foreach (var party in _all) party._waiting = false;
        }
        foreach (var party in _all)
            if (party != this) party._source.SetResult(true);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
