using System.Threading.Tasks.Sources;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// One coroutine's place in a <see cref="Lockstep"/>: it exchanges and multiplies through here as if it were alone, and waits until all others
/// of the lockstep wait too. Reusable, one run at a time; allocates nothing.
/// </summary>
public sealed class Lane(int index, int count) : IMesh, IShareProducts, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;

    /// <inheritdoc/>
    public int Index => index;

    /// <inheritdoc/>
    public int Count => count;

    /// <summary>What it waits for.</summary>
    internal LaneWait Waits { get; private set; }

    internal ReadOnlyMemory<byte> Mine { get; private set; }

    internal Memory<byte>[] Theirs { get; private set; } = [];

    internal MatrixSlot Slot { get; private set; }

    internal ReadOnlyMemory<double> Input { get; private set; }

    internal Memory<double> Output { get; private set; }

    /// <summary>Joins the next common round. Both buffers belong to the lockstep until then; it is ended as a whole, never by a token.</summary>
    public ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        (Mine, Theirs) = (mine, theirs);
        return Wait(LaneWait.Exchange);
    }

    /// <inheritdoc/>
    public ValueTask MultiplyAsync(MatrixSlot slot, ReadOnlyMemory<double> d, Memory<double> z)
    {
        (Slot, Input, Output) = (slot, d, z);
        return Wait(LaneWait.Product);
    }

    /// <summary>The connections are the lockstep's.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Goes on, on this thread, to the coroutine's next wait or its end.</summary>
    internal void Resume()
    {
        Waits = LaneWait.Nothing;
        _source.SetResult(true);
    }

    /// <summary>Unwinds the coroutine.</summary>
    internal void Fail(Exception reason)
    {
        Waits = LaneWait.Nothing;
        _source.SetException(reason);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try { _source.GetResult(token); }
        finally { _source.Reset(); }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    // Never on the caller's context: the lockstep decides where a coroutine goes on.
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    private ValueTask Wait(LaneWait what)
    {
        if (Waits != LaneWait.Nothing) throw new InvalidOperationException("a lane waits for one thing at a time");
        Waits = what;
        return new ValueTask(this, _source.Version);
    }
}

/// <summary>Why a lane does not run.</summary>
internal enum LaneWait
{
    /// <summary>It runs, or has ended.</summary>
    Nothing,

    /// <summary>A round.</summary>
    Exchange,

    /// <summary>A matrix product.</summary>
    Product,
}

/// <summary>A coroutine that waits for nothing but its <see cref="Lane"/>.</summary>
public interface ILaneWork
{
    /// <summary>Where it waits.</summary>
    Lane Lane { get; }

    /// <summary>Runs once.</summary>
    ValueTask RunAsync();
}
