using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mimir.Spdz.Channels;

namespace Mimir.Spdz.Timing;

/// <summary>A mesh that tells a clock how long its exchanges take.</summary>
public sealed class TimedMesh(IMesh inner, StepClock clock) : IMesh
{
    /// <inheritdoc/>
    public int Index => inner.Index;

    /// <inheritdoc/>
    public int Count => inner.Count;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await inner.ExchangeAsync(mine, theirs, cancellation);
        clock.Exchanged(Stopwatch.GetTimestamp() - began);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
