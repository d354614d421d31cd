using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mimir.Numerics;
using Mimir.Numerics.Threads;
using Mimir.Spdz.PointFunctions;

namespace Mimir.Spdz.Tape;

/// <summary>
/// The dealer's side of one tape section. Of numbers bytes travel only to the last party: one element per dealt number, and one more per MAC. Keys of
/// point functions travel to both of two parties alike.
/// </summary>
public sealed class TapeWriter : DealingTape, IDisposable
{
    private const int PieceElements = 4096;
    private readonly Prg[] _uniform;
    private readonly Prg[] _share;
    private double _alpha;
    private readonly TapeOutput _last;
    private readonly TapeOutput? _first;
    private readonly TapeOutput? _words;
    private readonly Prg[] _points = [];
    private readonly PointDealer[] _dealers = [];
    private readonly Vector128<byte>[] _roots = [];
    private readonly double[] _piece = new double[PieceElements];
    private ulong _uniformPosition;
    private ulong _sharePosition;
    private long _pointPosition;

    /// <summary>
    /// A section under one fresh key per party. <paramref name="alpha"/> = α. What is dealt goes to <paramref name="sinks"/> (the last party's, or both of
    /// two parties') as it fills their chunks, which may block until the network has taken some, or, without sinks, piles up in <see cref="Section"/>.
    /// </summary>
    public TapeWriter(IReadOnlyList<byte[]> keys, bool active, double alpha, IReadOnlyList<TapeSink>? sinks = null)
    {
        _uniform = [.. keys.Select(k => new Prg(k, TapeKeys.UniformStream))];
        _share = [.. keys.Take(keys.Count - 1).Select(k => new Prg(k, TapeKeys.ShareStream))];
        (Active, Parties, _alpha) = (active, keys.Count, alpha);
        TapeSink[] all = [.. sinks ?? []];
        _last = new TapeOutput(all.AsMemory(Math.Max(0, all.Length - 1)), false);
        if (Parties != 2) return;
        _first = new TapeOutput(all.AsMemory(0, Math.Min(1, all.Length)), false);
        _words = new TapeOutput(all, true);
        _points = [.. keys.Select(k => new Prg(k, TapeKeys.PointStream))];
        _dealers = [.. Enumerable.Range(0, Math.Min(ThreadTeam.Shared.Threads, PointShape.MostBatches)).Select(_ => new PointDealer())];
        _roots = GC.AllocateArray<Vector128<byte>>(2 * _dealers.Length * PointShape.BatchKeys, pinned: true);
    }

    /// <inheritdoc/>
    public override bool Active { get; }

    /// <inheritdoc/>
    public override int Parties { get; }

    /// <summary>What has not gone to a sink, as <paramref name="party"/> would receive it under <paramref name="key"/>.</summary>
    public TapeSection Section(int party, byte[] key) => new(
        key, party == Parties - 1 ? _last.Pending : _first?.Pending, _words?.Pending);

    /// <summary>What <paramref name="party"/> has been dealt since the section began.</summary>
    public SectionSize Dealt(int party) => new(
        party == Parties - 1 ? _last.Total : _first?.Total ?? 0, (_words?.Total ?? 0) / 2);

    /// <summary>Bytes dealt to all parties since the section began.</summary>
    public long BytesDealt => Dealt(0).Bytes + Dealt(Parties - 1).Bytes;

    /// <summary>Draws the MAC key itself, α = Σα_i, and uses it from here on.</summary>
    internal double DrawAlpha()
    {
        Span<double> alpha = stackalloc double[1];
        UniformRaw(alpha);
        return _alpha = alpha[0];
    }

    /// <inheritdoc/>
    public override void UniformRaw(Span<double> drawn)
    {
        _uniform[0].Fill(_uniformPosition, drawn);
        for (var at = 0; at < drawn.Length; at += PieceElements)
        {
            var part = drawn.Slice(at, Math.Min(PieceElements, drawn.Length - at));
            var other = _piece.AsSpan(0, part.Length);
            foreach (var prg in _uniform.AsSpan(1))
            {
                prg.Fill(_uniformPosition + (ulong)at, other);
                FieldVector.Add(part, other, part);
            }
        }
        _uniformPosition += (ulong)drawn.Length;
    }

    /// <inheritdoc/>
    public override void Raw(ReadOnlySpan<double> values)
    {
        for (var at = 0; at < values.Length; at += PieceElements)
        {
            var part = values.Slice(at, Math.Min(PieceElements, values.Length - at));
            part.CopyTo(_piece);
            Correct(part.Length);
        }
    }

    /// <inheritdoc/>
    public override void Uniform(Span<double> drawn)
    {
        UniformRaw(drawn);
        if (Active) Mac(drawn);
    }

    /// <inheritdoc/>
    public override void Authenticated(ReadOnlySpan<double> values)
    {
        Raw(values);
        if (Active) Mac(values);
    }

    /// <inheritdoc/>
    public override void Unaudited(ReadOnlySpan<double> values) => Raw(values);

    /// <inheritdoc/>
    public override void Points(PointShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> payload)
    {
        if (_first is null || _words is null) throw new InvalidOperationException($"point functions are for two parties, not {Parties}");
        for (var at = 0; at < masks.Length; at += _roots.Length / 2)
        {
            var count = Math.Min(_roots.Length / 2, masks.Length - at);
            var (first, second) = Roots(count);
            var words = _words.Append(2 * (int)shape.Words(count));
            var elements = _first.Append((int)shape.Elements(count, Active));
            PointDealing.Deal(
                _dealers, shape, first, second, masks.Slice(at, count), payload.Slice(at * shape.Planes, count * shape.Planes), Active, _alpha,
                MemoryMarshal.Cast<double, Vector128<byte>>(words), elements);
            elements.CopyTo(_last.Append(elements.Length));
        }
        Array.Clear(_roots);
    }

    /// <inheritdoc/>
    internal override void Bits(BitShape shape, ReadOnlySpan<double> masks, ReadOnlySpan<double> covers)
    {
        if (_words is null) throw new InvalidOperationException($"point functions are for two parties, not {Parties}");
        for (var at = 0; at < masks.Length; at += _roots.Length / 2)
        {
            var count = Math.Min(_roots.Length / 2, masks.Length - at);
            var (first, second) = Roots(count);
            var words = _words.Append(2 * count * shape.WordsPerKey);
            BitKeys.Deal(shape, first, second, masks.Slice(at, count), covers.Slice(at, count), MemoryMarshal.Cast<double, Vector128<byte>>(words));
        }
        Array.Clear(_roots);
    }

    /// <summary>Hands the rest to the sinks.</summary>
    public void Finish()
    {
        _last.Flush();
        _first?.Flush();
        _words?.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var prg in _uniform) prg.Dispose();
        foreach (var prg in _share) prg.Dispose();
        foreach (var prg in _points) prg.Dispose();
        foreach (var dealer in _dealers) dealer.Dispose();
        Array.Clear(_piece);
        _last.Dispose();
        _first?.Dispose();
        _words?.Dispose();
    }

    /// <summary>The two parties' next root seeds.</summary>
    private RootPair Roots(int count)
    {
        RootPair roots = new(_roots.AsSpan(0, count), _roots.AsSpan(count, count));
        TapeKeys.Roots(_points[0], 0, _pointPosition, roots.First);
        TapeKeys.Roots(_points[1], 1, _pointPosition, roots.Second);
        _pointPosition += count;
        return roots;
    }

    private void Mac(ReadOnlySpan<double> values)
    {
        for (var at = 0; at < values.Length; at += PieceElements)
        {
            var part = values.Slice(at, Math.Min(PieceElements, values.Length - at));
            FieldVector.Scale(part, _alpha, _piece.AsSpan(0, part.Length));
            Correct(part.Length);
        }
    }

    /// <summary>The piece minus the other parties' shares becomes the last party's correction.</summary>
    private void Correct(int length)
    {
        var value = _piece.AsSpan(0, length);
        var correction = _last.Append(length);
        foreach (var prg in _share)
        {
            prg.Fill(_sharePosition, correction);
            FieldVector.Subtract(value, correction, value);
        }
        value.CopyTo(correction);
        _sharePosition += (ulong)length;
    }

    private readonly ref struct RootPair(Span<Vector128<byte>> first, Span<Vector128<byte>> second)
    {
        public Span<Vector128<byte>> First { get; } = first;

        public Span<Vector128<byte>> Second { get; } = second;

        public void Deconstruct(out Span<Vector128<byte>> first, out Span<Vector128<byte>> second)
        {
            first = First;
            second = Second;
        }
    }
}
