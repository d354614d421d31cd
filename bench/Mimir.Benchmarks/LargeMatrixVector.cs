using BenchmarkDotNet.Attributes;
using Mimir.Numerics;

namespace Mimir.Benchmarks;

/// <summary>The hot kernel out of memory: a 50256 × 768 matrix (309 MB) times one vector, on one and more threads.</summary>
public class LargeMatrixVector : IMeasuredWork
{
    private const int Rows = 50256, Columns = 768;

    private readonly double[] _x = new double[Rows];
    private readonly double[] _z = new double[Rows];
    private AlignedMemory? _w;

    [Params(1, 2)]
    public int Threads { get; set; }

    public string Unit => "GB/s";

    public double WorkPerCall => (double)Rows * Columns * sizeof(double);

    [GlobalSetup]
    public void Setup()
    {
        using Prg prg = new(new byte[32], 1);
        _w = new AlignedMemory(Rows * Columns);
        prg.Fill(0, _w.Span);
        prg.Fill(0, _x);
    }

    [GlobalCleanup]
    public void Cleanup() => _w?.Dispose();

    [Benchmark(Description = "W·x")]
    public void Product() => Parallel.For(0, Threads, Options(), part =>
    {
        int height = Rows / Threads;
        FieldMatrix.MultiplyVector(
            Part(part, height), height, Columns, Columns, _x.AsSpan(0, Columns), _z.AsSpan(part * height, height));
    });

    [Benchmark(Description = "Wᵀ·x")]
    public void TransposedProduct() => Parallel.For(0, Threads, Options(), part =>
    {
        int height = Rows / Threads;
        FieldMatrix.MultiplyTransposedVector(
            Part(part, height), height, Columns, Columns, _x.AsSpan(part * height, height), _z.AsSpan(part * Columns, Columns));
    });

    private ReadOnlySpan<double> Part(int part, int height) => _w!.Span.Slice(part * height * Columns, height * Columns);

    private ParallelOptions Options() => new() { MaxDegreeOfParallelism = Threads };
}
