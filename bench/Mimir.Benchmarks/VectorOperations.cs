using BenchmarkDotNet.Attributes;
using Mimir.Numerics;

namespace Mimir.Benchmarks;

/// <summary>Vectors of 1024 elements, which stay in the first-level cache.</summary>
public class VectorOperations : IMeasuredWork
{
    private const int Length = 1024;

    private readonly double[] _x = new double[Length];
    private readonly double[] _y = new double[Length];
    private readonly double[] _z = new double[Length];

    public string Unit => "G elements/s";

    public double WorkPerCall => Length;

    [GlobalSetup]
    public void Setup()
    {
        using Prg prg = new(new byte[32], 1);
        prg.Fill(0, _x);
        prg.Fill(Length, _y);
        prg.Fill(2 * Length, _z);
    }

    [Benchmark]
    public void Add() => FieldVector.Add(_x, _y, _z);

    [Benchmark]
    public void Multiply() => FieldVector.Multiply(_x, _y, _z);

    [Benchmark]
    public void MultiplyAdd() => FieldVector.MultiplyAdd(_x, _y, _z);

    [Benchmark]
    public void ScaleAdd() => FieldVector.ScaleAdd(_x, 3, _z);

    [Benchmark]
    public double Dot() => FieldVector.Dot(_x, _y);

    [Benchmark]
    public double Sum() => FieldVector.Sum(_x);

    [Benchmark]
    public bool IsCanonical() => FieldVector.IsCanonical(_x);

    [Benchmark]
    public void Decode() => FieldVector.Decode(_x, 16, _z);
}
