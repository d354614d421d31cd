using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// Runs coroutines in lockstep over one mesh, on one thread: positions of one session (a chunk of a prompt), or steps of several sessions. When
/// all of them wait, products by the same matrix are done as ONE matrix-matrix product; when all wait for a round, ONE message carries
/// what each of them sends, in their order. A coroutine that ends leaves.
/// </summary>
/// <remarks>
/// Programs are data-independent, so the same coroutines wait for the same things at every party: messages need no headers, and every length
/// is known. They go on in order after each round: what an earlier one has stored, a later one sees. A failure of one ends all.
/// </remarks>
public sealed class Lockstep(IMatrixProducts model, IMesh mesh) : IDisposable
{
    private readonly List<(ILaneWork Work, ValueTask Task)> _live = [];
    private readonly List<Lane> _group = [];
    private readonly byte[][] _received = [.. Enumerable.Range(0, mesh.Count).Select(_ => Array.Empty<byte>())];
    private readonly Memory<byte>[] _windows = new Memory<byte>[mesh.Count];
    private byte[] _sent = [];
    private AlignedMemory _inputs = new(0);
    private AlignedMemory _outputs = new(0);

    /// <summary>Runs all of <paramref name="work"/> to its end. The same list, in the same order, at every party.</summary>
    /// <exception cref="Exception">What the first failing coroutine or the mesh threw; all others have been unwound.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync(IReadOnlyList<ILaneWork> work, CancellationToken cancellation)
    {
        try
        {
            // Each of these value tasks is consumed exactly once: when its coroutine leaves, or is unwound.
#pragma warning disable CA2012
            for (var i = 0; i < work.Count; i++) _live.Add((work[i], work[i].RunAsync()));
#pragma warning restore CA2012
            while (Advance()) await ExchangeAsync(cancellation);
        }
        catch (Exception reason)
        {
            Unwind(reason);
            throw;
        }
    }

    /// <summary>Zeroes the buffers.</summary>
    public void Dispose()
    {
        _inputs.Dispose();
        _outputs.Dispose();
    }

    /// <summary>Goes as far as possible without a round. False when all have ended.</summary>
    private bool Advance()
    {
        do Leave(); while (MultiplyNext());
        return _live.Count > 0;
    }

    /// <summary>Those that have ended leave; throws what made one of them fail.</summary>
    private void Leave()
    {
        for (var i = 0; i < _live.Count; i++)
        {
            var (work, task) = _live[i];
            if (work.Lane.Waits != LaneWait.Nothing) continue;
            if (!task.IsCompleted) throw new InvalidOperationException("a coroutine of a lockstep waits for something else than its lane");
            _live.RemoveAt(i--);
            task.GetAwaiter().GetResult();
        }
    }

    /// <summary>Does the first waiting product, for all that wait for the same matrix. False when none waits.</summary>
    private bool MultiplyNext()
    {
        _group.Clear();
        foreach (var (work, _) in _live)
            if (work.Lane.Waits == LaneWait.Product && (_group.Count == 0 || work.Lane.Slot == _group[0].Slot)) _group.Add(work.Lane);
        if (_group.Count == 0) return false;
        var slot = _group[0].Slot;
        int n = _group[0].Input.Length / slot.Inputs, k = n * slot.Inputs, m = n * slot.Outputs;
        if (_group.Count == 1) model.Multiply(slot, _group[0].Input.Span, n, _group[0].Output.Span);
        else
        {
            var count = _group.Count;
            var inputs = Room(ref _inputs, count * k);
            var outputs = Room(ref _outputs, count * m);
            for (var i = 0; i < count; i++) _group[i].Input.Span.CopyTo(inputs[(i * k)..]);
            model.Multiply(slot, inputs, count * n, outputs);
            for (var i = 0; i < count; i++) outputs.Slice(i * m, m).CopyTo(_group[i].Output.Span);
        }
        foreach (var lane in _group) lane.Resume();
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExchangeAsync(CancellationToken cancellation)
    {
        if (_live.Count == 1) await mesh.ExchangeAsync(_live[0].Work.Lane.Mine, _live[0].Work.Lane.Theirs, cancellation);
        else
        {
            var length = Gather();
            await mesh.ExchangeAsync(_sent.AsMemory(0, length), _windows, cancellation);
            Scatter();
        }
        // Lanes resume in order, and none before all have their messages: see the remarks.
        foreach (var (work, _) in _live) work.Lane.Resume();
    }

    private int Gather()
    {
        var length = 0;
        foreach (var (work, _) in _live) length += work.Lane.Mine.Length;
        if (_sent.Length < length) _sent = Buffer(length);
        var at = 0;
        foreach (var (work, _) in _live)
        {
            work.Lane.Mine.CopyTo(_sent.AsMemory(at));
            at += work.Lane.Mine.Length;
        }
        for (var from = 0; from < _windows.Length; from++)
        {
            if (from == mesh.Index) continue;
            var due = 0;
            foreach (var (work, _) in _live) due += work.Lane.Theirs[from].Length;
            if (_received[from].Length < due) _received[from] = Buffer(due);
            _windows[from] = _received[from].AsMemory(0, due);
        }
        return length;
    }

    private void Scatter()
    {
        for (var from = 0; from < _windows.Length; from++)
        {
            if (from == mesh.Index) continue;
            var at = 0;
            foreach (var (work, _) in _live)
            {
                var theirs = work.Lane.Theirs[from];
                _windows[from].Slice(at, theirs.Length).CopyTo(theirs);
                at += theirs.Length;
            }
        }
    }

    private void Unwind(Exception reason)
    {
        foreach (var (work, task) in _live)
        {
            if (work.Lane.Waits != LaneWait.Nothing) work.Lane.Fail(new OperationCanceledException("the lockstep has failed", reason));
            if (!task.IsCompleted) continue;
            try { task.GetAwaiter().GetResult(); }
            catch (Exception)
            {
                // The reason is what is thrown.
            }
        }
        _live.Clear();
    }

    private static Span<double> Room(ref AlignedMemory memory, int length)
    {
        if (memory.Length < length)
        {
            memory.Dispose();
            memory = new AlignedMemory((int)BitOperations.RoundUpToPowerOf2((uint)length));
        }
        return memory.Span[..length];
    }

    private static byte[] Buffer(int bytes) => GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)bytes));
}
