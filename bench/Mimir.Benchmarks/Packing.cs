using BenchmarkDotNet.Attributes;
using Mimir.Numerics;

namespace Mimir.Benchmarks;

/// <summary>Elements to 50 bits each and back, 1024 at a time.</summary>
public class Packing : IMeasuredWork
{
    private const int Length = 1024;

    private readonly double[] _x = new double[Length];
    private readonly byte[] _packed = new byte[FieldPacking.Bytes(Length)];

    public string Unit => "G elements/s";

    public double WorkPerCall => Length;

    [GlobalSetup]
    public void Setup()
    {
        using Prg prg = new(new byte[32], 1);
        prg.Fill(0, _x);
        FieldPacking.Pack(_x, _packed);
    }

    [Benchmark]
    public void Pack() => FieldPacking.Pack(_x, _packed);

    [Benchmark]
    public bool Unpack() => FieldPacking.TryUnpack(_packed, _x);
}
