using Mimir.Numerics;

namespace Mimir.Spdz.Tape;

/// <summary>
/// The dealer's side of one tape section. Bytes travel only to the last party: one element per dealt number, and one more per MAC.
/// </summary>
public sealed class TapeWriter : DealingTape, IDisposable
{
    private const int PieceElements = 4096;
    private readonly Prg[] _uniform;
    private readonly Prg[] _share;
    private double _alpha;
    private readonly TapeSink? _sink;
    private readonly double[] _piece = new double[PieceElements];
    private ulong _uniformPosition;
    private ulong _sharePosition;
    private double[] _corrections;
    private int _count;

    /// <summary>
    /// A section under one fresh key per party. <paramref name="alpha"/> = α. Corrections go to <paramref name="sink"/> as they fill its
    /// chunks (which may block until the network has taken some), or, without one, pile up in <see cref="Corrections"/>.
    /// </summary>
    public TapeWriter(IReadOnlyList<byte[]> keys, bool active, double alpha, TapeSink? sink = null)
    {
        _uniform = [.. keys.Select(k => new Prg(k, TapeKeys.UniformStream))];
        _share = [.. keys.Take(keys.Count - 1).Select(k => new Prg(k, TapeKeys.ShareStream))];
        (Active, _alpha, _sink) = (active, alpha, sink);
        _corrections = sink?.Take() ?? new double[2 * PieceElements];
    }

    /// <inheritdoc/>
    public override bool Active { get; }

    /// <summary>The last party's elements that have not gone to a sink.</summary>
    public ReadOnlyMemory<double> Corrections => _corrections.AsMemory(0, _count);

    /// <summary>Elements dealt since the section began.</summary>
    public long Dealt { get; private set; }

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

    /// <summary>Hands the rest to the sink.</summary>
    public void Finish()
    {
        if (_sink is null || _count == 0) return;
        _corrections = _sink.Exchange(_corrections, _count);
        _count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var prg in _uniform) prg.Dispose();
        foreach (var prg in _share) prg.Dispose();
        Array.Clear(_piece);
        Array.Clear(_corrections);
        _sink?.Return(_corrections);
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
        var correction = Append(length);
        foreach (var prg in _share)
        {
            prg.Fill(_sharePosition, correction);
            FieldVector.Subtract(value, correction, value);
        }
        value.CopyTo(correction);
        _sharePosition += (ulong)length;
    }

    private Span<double> Append(int length)
    {
        if (_count + length > _corrections.Length)
        {
            if (_sink is null) Array.Resize(ref _corrections, Math.Max(_corrections.Length * 2, _count + length));
            else
            {
                _corrections = _sink.Exchange(_corrections, _count);
                _count = 0;
            }
        }
        _count += length;
        Dealt += length;
        return _corrections.AsSpan(_count - length, length);
    }
}
