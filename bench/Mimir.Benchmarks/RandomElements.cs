using BenchmarkDotNet.Attributes;
using Mimir.Numerics;

namespace Mimir.Benchmarks;

/// <summary>64 Ki elements (512 KiB) per call.</summary>
public class RandomElements : IMeasuredWork
{
    private readonly double[] _elements = new double[1 << 16];
    private readonly byte[] _bytes = new byte[1 << 19];
    private Prg? _prg;

    [Params(16, 32)]
    public int KeyBytes { get; set; }

    public string Unit => "GB/s";

    public double WorkPerCall => _bytes.Length;

    [GlobalSetup]
    public void Setup() => _prg = new Prg(new byte[KeyBytes], 1);

    [GlobalCleanup]
    public void Cleanup() => _prg?.Dispose();

    [Benchmark]
    public void Elements() => _prg!.Fill(0, _elements);

    [Benchmark]
    public void Bytes() => _prg!.FillBytes(0, _bytes);
}
