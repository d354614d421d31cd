using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mimir.Spdz.Masking;

namespace Mimir.Spdz.Timing;

/// <summary>Products with shared matrices that tell a clock how long they take.</summary>
public sealed class TimedProducts(IShareProducts inner, StepClock clock) : IShareProducts
{
    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask MultiplyAsync(MatrixSlot slot, ReadOnlyMemory<double> d, Memory<double> z)
    {
        var began = Stopwatch.GetTimestamp();
        await inner.MultiplyAsync(slot, d, z);
        clock.Multiplied(Stopwatch.GetTimestamp() - began);
    }
}
