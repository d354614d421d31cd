using Mimir.Spdz.Channels;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>
/// Parties on threads of their own whose rounds allocate nothing: each waits in its call for the others. So a party stays on its thread, and the
/// runtime's pools of asynchronous operations, which hold one of each kind per thread, always have it.
/// </summary>
internal sealed class SteadyMesh : IMesh
{
    private readonly SteadyMesh[] _all;
    private readonly Action<int, int> _roundStarts;
    private readonly int[] _shared;
    private ReadOnlyMemory<byte> _mine;
    private Memory<byte>[] _theirs = [];
    private int _round;

    private SteadyMesh(int index, SteadyMesh[] all, int[] shared, Action<int, int> roundStarts) =>
        (Index, _all, _shared, _roundStarts) = (index, all, shared, roundStarts);

    public int Index { get; }

    public int Count => _all.Length;

    private ref int Arrived => ref _shared[0];

    private ref int Rounds => ref _shared[1];

    /// <summary>A full mesh; <paramref name="roundStarts"/> hears each party's number and that of the round, on the party's thread.</summary>
    public static SteadyMesh[] Create(int count, Action<int, int> roundStarts)
    {
        var all = new SteadyMesh[count];
        var shared = new int[2];
        for (var i = 0; i < count; i++) all[i] = new SteadyMesh(i, all, shared, roundStarts);
        return all;
    }

    public ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        _roundStarts(Index, _round);
        (_mine, _theirs) = (mine, theirs);
        if (Interlocked.Increment(ref Arrived) == Count) Deliver();
        var spin = default(SpinWait);
        while (Volatile.Read(ref Rounds) == _round)
        {
            cancellation.ThrowIfCancellationRequested();
            spin.SpinOnce(sleep1Threshold: -1);
        }
        _round++;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Deliver()
    {
        foreach (var to in _all)
            foreach (var from in _all)
                if (from != to) from._mine.CopyTo(to._theirs[from.Index]);
        Volatile.Write(ref Arrived, 0);
        Interlocked.Increment(ref Rounds);
    }
}
