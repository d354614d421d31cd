using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Benchmarks;

/// <summary>
/// Point functions of two parties, active: 1024 GELUs (from a scale-2f opening to f + 4 bits), exponentials for a softmax's sums and for its weights, scores sorted into bins, or
/// comparisons of 21 bits; one party's part, and the dealer's.
/// </summary>
public class TwoPartyKeys : IMeasuredWork
{
    private const int Count = 1024;

    private readonly SplineFunction _gelu = SplineTables.Activation(ScalarFunction.Gelu, 32, 20, 2, 2);
    private readonly SplineFunction _exponentialSum = SoftmaxTables.ExponentialSum(16, 2, 36, 2);
    private readonly SplineFunction _exponential = SoftmaxTables.Exponential(16, 2, 24, 2);
    private readonly BinShape _bins = SoftmaxTables.Bins(16, 2);
    private readonly ComparisonPlan _plan = new(3, 24, true);
    private readonly byte[][] _keys = [new byte[32], [1, .. new byte[31]]];
    private readonly double[] _opened = new double[Count];
    private readonly double[] _masks = new double[Count];
    private readonly Workspace _workspace = new();
    private readonly Vector128<byte>[] _blocks = new Vector128<byte>[Count];
    private readonly Vector128<byte>[] _hashes = new Vector128<byte>[Count];
    private TapeSection _gelus = null!;
    private TapeSection _sums = null!;
    private TapeSection _weights = null!;
    private TapeSection _counts = null!;
    private TapeSection _comparisons = null!;
    private readonly TapeSink[] _sinks = [new(Stream.Null), new(Stream.Null)];
    private Party _party = null!;

    public string Unit => "G elements/s";

    public double WorkPerCall => Count;

    [GlobalSetup]
    public void Setup()
    {
        using Prg prg = new(new byte[32], 5);
        foreach (var sink in _sinks) sink.Start(CancellationToken.None);
        prg.Fill(0, _opened);
        prg.Fill(Count, _masks);
        _party = new Party(0, 2, true, 5, _workspace);
        _gelus = Deal(tape => Spline.DealTables(tape, _masks, _gelu));
        _sums = Deal(tape => Spline.DealTables(tape, _masks, _exponentialSum));
        _weights = Deal(tape => Spline.DealTables(tape, _masks, _exponential));
        _counts = Deal(tape => Bins.DealTables(tape, _masks, _bins));
        _comparisons = Deal(tape => ComparePoints.Deal(tape, _masks, _plan));
    }

    [Benchmark]
    public void Gelu() => Run(_gelus, step => SplinePoints.Finish(step, new Opened(_opened), _gelu));

    [Benchmark]
    public void ExponentialSum() => Run(_sums, step => SplinePoints.Finish(step, new Opened(_opened), _exponentialSum));

    [Benchmark]
    public void Exponential() => Run(_weights, step => SplinePoints.Finish(step, new Opened(_opened), _exponential));

    [Benchmark]
    public void BinCounts() => Run(_counts, step => Bins.Finish(step, new Opened(_opened), 8, _bins, _bins.Segments / 2 - 1));

    [Benchmark]
    public void Compare() => Run(_comparisons, step =>
    {
        step.Tape.Authenticated(Count);
        ComparePoints.Less(step, new Opened(_opened), _plan);
    });

    [Benchmark]
    public void DealGelu() => DealAway(tape => Spline.DealTables(tape, _masks, _gelu));

    [Benchmark]
    public void DealExponentialSum() => DealAway(tape => Spline.DealTables(tape, _masks, _exponentialSum));

    [Benchmark]
    public void DealExponential() => DealAway(tape => Spline.DealTables(tape, _masks, _exponential));

    [Benchmark]
    public void DealBinCounts() => DealAway(tape => Bins.DealTables(tape, _masks, _bins));

    [Benchmark]
    public void DealCompare() => DealAway(tape => ComparePoints.Deal(tape, _masks, _plan));

    /// <summary>What all of it is made of.</summary>
    [Benchmark]
    public void Hash() => PointHash.Grow.Hash(_blocks, 0, _hashes);

    private TapeSection Deal(Action<TapeWriter> items)
    {
        using var writer = new TapeWriter(_keys, true, 7);
        items(writer);
        var section = writer.Section(0, _keys[0]);
        return section with { Corrections = section.Corrections.ToArray(), Words = section.Words.ToArray() };
    }

    private void DealAway(Action<TapeWriter> items)
    {
        using var tape = new TapeWriter(_keys, true, 7, _sinks);
        items(tape);
    }

    private void Run(TapeSection section, Action<PartyStep> gadget)
    {
        _workspace.Reset();
        using var reader = new TapeReader(_party, _workspace, section);
        gadget(new PartyStep(_party, null!, reader, null!, null!, default));
    }
}
