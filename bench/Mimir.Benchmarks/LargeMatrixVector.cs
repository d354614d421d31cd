using BenchmarkDotNet.Attributes;
using Mimir.Numerics;
using Mimir.Numerics.Threads;

namespace Mimir.Benchmarks;

/// <summary>The hot kernel out of memory: a 50256 × 768 matrix (309 MB; packed 241) times one vector and several, on one thread and more. Packed counts as if it were not.</summary>
public class LargeMatrixVector : IMeasuredWork
{
    private const int Rows = 50256, Columns = 768;

    private double[] _xs = [];
    private double[] _ts = [];
    private double[] _z = [];
    private AlignedMemory? _w;
    private PackedMatrix? _packed;

    [Params(1, 2)]
    public int Threads { get; set; }

    [Params(1, 16)]
    public int Vectors { get; set; }

    public string Unit => "GB/s";

    public double WorkPerCall => (double)Rows * Columns * sizeof(double);

    [GlobalSetup]
    public void Setup()
    {
        ThreadTeam.Share(Threads);
        using Prg prg = new(new byte[32], 1);
        _w = new AlignedMemory(Rows * Columns);
        (_xs, _ts, _z) = (new double[Vectors * Columns], new double[Vectors * Rows], new double[Vectors * Rows]);
        prg.Fill(0, _w.Span);
        _packed = new PackedMatrix(Rows, Columns);
        for (var row = 0; row < Rows; row++) _packed.SetRow(row, _w.Span.Slice(row * Columns, Columns));
        prg.Fill(0, _xs);
        prg.Fill(0, _ts);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _w?.Dispose();
        _packed?.Dispose();
    }

    [Benchmark(Description = "W·X")]
    public void Product() => FieldMatrix.MultiplyMatrix(_w!.Span, Rows, Columns, Columns, _xs, Vectors, _z);

    [Benchmark(Description = "Wᵀ·X")]
    public void TransposedProduct() =>
        FieldMatrix.MultiplyTransposedMatrix(_w!.Span, Rows, Columns, Columns, _ts, Vectors, _z.AsSpan(0, Vectors * Columns));

    [Benchmark(Description = "W·X packed")]
    public void PackedProduct() => _packed!.Multiply(_xs, Vectors, _z);

    [Benchmark(Description = "Wᵀ·X packed")]
    public void PackedTransposedProduct() => _packed!.MultiplyTransposed(_ts, Vectors, _z.AsSpan(0, Vectors * Columns));
}
