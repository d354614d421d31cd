using BenchmarkDotNet.Attributes;
using Mimir.Numerics;

namespace Mimir.Benchmarks;

/// <summary>Several vectors at once on one thread: a matrix in the cache (256 × 768) and one in memory (16384 × 768).</summary>
public class MatrixMatrix : IMeasuredWork
{
    private const int Columns = 768;

    private AlignedMemory? _w;
    private double[] _xs = [];
    private double[] _ts = [];
    private double[] _z = [];

    [Params(256, 16384)]
    public int Rows { get; set; }

    [Params(1, 2, 4, 8, 16)]
    public int Vectors { get; set; }

    public string Unit => "G multiply-adds/s";

    public double WorkPerCall => (double)Rows * Columns * Vectors;

    [GlobalSetup]
    public void Setup()
    {
        using Prg prg = new(new byte[32], 1);
        _w = new AlignedMemory(Rows * Columns);
        prg.Fill(0, _w.Span);
        _xs = new double[Vectors * Columns];
        _ts = new double[Vectors * Rows];
        _z = new double[Vectors * Math.Max(Rows, Columns)];
        prg.Fill(0, _xs);
        prg.Fill(0, _ts);
    }

    [GlobalCleanup]
    public void Cleanup() => _w?.Dispose();

    [Benchmark(Description = "W·X")]
    public void Product() =>
        FieldMatrix.MultiplyMatrix(_w!.Span, Rows, Columns, Columns, _xs, Vectors, _z.AsSpan(0, Vectors * Rows));

    [Benchmark(Description = "Wᵀ·X")]
    public void TransposedProduct() =>
        FieldMatrix.MultiplyTransposedMatrix(_w!.Span, Rows, Columns, Columns, _ts, Vectors, _z.AsSpan(0, Vectors * Columns));
}
