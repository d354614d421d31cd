using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mimir.Benchmarks;
using Mimir.Numerics;
using Perfolizer.Horology;

if (args is ["bandwidth"])
{
    for (int threads = 1; threads <= Environment.ProcessorCount; threads *= 2)
        Console.WriteLine($"{threads} threads read {MemoryBandwidth.MeasureReadGigabytesPerSecond(threads, repeats: 10):F1} GB/s");
    return;
}

// Many short iterations, and the best is reported too: on a shared machine the mean measures the neighbours.
IConfig config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)
        .WithIterationTime(TimeInterval.FromMilliseconds(30)).WithIterationCount(40))
    .AddColumn(StatisticColumn.Min)
    .AddColumn(new ThroughputColumn())
    .HideColumns("Job", "Toolchain", "IterationCount", "IterationTime", "LaunchCount", "WarmupCount", "Error", "StdDev", "Median", "RatioSD");
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
