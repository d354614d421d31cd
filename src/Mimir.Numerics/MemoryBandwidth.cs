using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mimir.Numerics;

/// <summary>How fast this machine reads memory: the floor of every product with a large matrix.</summary>
public static class MemoryBandwidth
{
    /// <summary>Gigabytes (10^9) per second, best of several passes, summing a buffer larger than the caches.</summary>
    /// <param name="threads">Threads that read disjoint parts at the same time, at least 1.</param>
    /// <param name="bytes">Size of the buffer, which is allocated and touched first.</param>
    /// <param name="repeats">Passes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the buffer above 16 GiB.</exception>
    public static double MeasureReadGigabytesPerSecond(int threads, long bytes = 1L << 30, int repeats = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (1L << 34) - 1024);
        int part = (int)Math.Max(32, bytes / sizeof(double) / threads & ~31L);
        using AlignedMemory buffer = new(checked(part * threads));
        buffer.Span.Fill(1);
        double best = 0;
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            double seconds = ReadOnce(buffer.Memory, part, threads);
            best = Math.Max(best, (double)part * threads * sizeof(double) / seconds / 1e9);
        }
        return best;
    }

    private static double ReadOnce(Memory<double> buffer, int part, int threads)
    {
        double[] sums = new double[threads];
        long[] begins = new long[threads];
        long[] ends = new long[threads];
        using Barrier start = new(threads);
        Thread[] workers = new Thread[threads];
        for (int t = 0; t < threads; t++)
        {
            int index = t;
            workers[t] = new Thread(() =>
            {
                start.SignalAndWait();
                begins[index] = Stopwatch.GetTimestamp();
                sums[index] = Sum(buffer.Span.Slice(index * part, part));
                ends[index] = Stopwatch.GetTimestamp();
            });
            workers[t].Start();
        }
        foreach (Thread worker in workers)
            worker.Join();
        // The readers take the time: this thread may not run while they do.
        double seconds = Stopwatch.GetElapsedTime(begins.Min(), ends.Max()).TotalSeconds;
        if (sums.Any(sum => sum != part))
            throw new InvalidOperationException("The measured buffer does not hold what was written to it.");
        return seconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(ReadOnlySpan<double> values)
    {
        ref double r = ref MemoryMarshal.GetReference(values);
        Vector512<double> a = default, b = default, c = default, d = default;
        unchecked
        {
            for (nuint i = 0; i < (nuint)values.Length; i += 32)
            {
                a += Vector512.LoadUnsafe(ref r, i);
                b += Vector512.LoadUnsafe(ref r, i + 8);
                c += Vector512.LoadUnsafe(ref r, i + 16);
                d += Vector512.LoadUnsafe(ref r, i + 24);
            }
        }
        return Vector512.Sum(a + b + (c + d));
    }
}
