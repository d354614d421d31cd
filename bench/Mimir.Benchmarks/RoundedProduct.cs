using BenchmarkDotNet.Attributes;
using Mimir.Numerics;

namespace Mimir.Benchmarks;

/// <summary>Public weights, 16 bits each, one thread: in the cache (256 × 768) and in memory (49152 × 768, 75 MB).</summary>
public class RoundedProduct : IMeasuredWork
{
    private const int Columns = 768;

    private RoundedMatrix? _w;
    private double[] _xs = [];
    private double[] _ts = [];
    private double[] _z = [];

    [Params(256, 49152)]
    public int Rows { get; set; }

    /// <summary>Two: a value and its MAC.</summary>
    [Params(2, 16)]
    public int Vectors { get; set; }

    public string Unit => "G multiply-adds/s";

    public double WorkPerCall => (double)Rows * Columns * Vectors;

    [GlobalSetup]
    public void Setup()
    {
        using Prg prg = new(new byte[32], 1);
        _w = new RoundedMatrix(Rows, Columns);
        for (int row = 0; row < Rows; row++) prg.FillBytes((ulong)row * Columns * 2, System.Runtime.InteropServices.MemoryMarshal.AsBytes(_w.Row(row)));
        _xs = new double[Vectors * Columns];
        _ts = new double[Vectors * Rows];
        _z = new double[Vectors * Math.Max(Rows, Columns)];
        prg.Fill(0, _xs);
        prg.Fill(0, _ts);
    }

    [GlobalCleanup]
    public void Cleanup() => _w?.Dispose();

    [Benchmark(Description = "W·X")]
    public void Product() => _w!.Multiply(_xs, Vectors, _z.AsSpan(0, Vectors * Rows));

    [Benchmark(Description = "Wᵀ·X")]
    public void TransposedProduct() => _w!.MultiplyTransposed(_ts, Vectors, _z.AsSpan(0, Vectors * Columns));
}
